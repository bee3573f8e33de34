/** Methods that every object has, and those of a built-in type on the value that a subclass's instance wraps. */
import type { NativeFunction, Value } from '../values';
import { NONE, native, str, unknown } from '../values';
import { methodOf } from '../library/methods';
import { setInstance } from './attributes';
import type { Interpreter } from './interpreter';
import { typeNew } from './metaclasses';

/** `object.__new__`. */
export function allocator(vm: Interpreter): NativeFunction {
  return native('__new__', (_machine, args) => {
    const made = typeNew(vm, args);
    if (made !== undefined) return made;
    const [first] = args.positional;
    return first?.value.kind === 'class'
      ? vm.allocateFor(first.value, { ...args, positional: args.positional.slice(1) })
      : unknown('the class is not known');
  });
}

/** A method of a built-in type on the value that a subclass's instance wraps, the special ones too. */
export function wrappedMethod(vm: Interpreter, wrapped: Value, name: string): Value | undefined {
  const special = (impl: (args: readonly Value[]) => Value): Value =>
    native(name, (_machine, { positional }) => impl(positional.map((arg) => arg.value)));
  switch (name) {
    case '__init__':
      return native(name, (_machine, args) => {
        vm.refill(wrapped, args);
        return NONE;
      });
    case '__getitem__':
      return special(([index]) => vm.getItem(wrapped, index));
    case '__setitem__':
      return special(([index, value]) => {
        vm.setItem(wrapped, index, value);
        return NONE;
      });
    case '__delitem__':
      return special(([index]) => {
        vm.deleteItem(wrapped, index);
        return NONE;
      });
    case '__len__':
      return special(() => vm.len(wrapped));
    case '__contains__':
      return special(([member]) => vm.compare('in', member, wrapped));
    case '__iter__':
      return special(() => vm.apply(vm.builtin('iter'), [wrapped]));
    case '__eq__':
      return special(([other]) => vm.compare('==', wrapped, other));
    case '__ne__':
      return special(([other]) => vm.compare('!=', wrapped, other));
    case '__add__':
      return special(([other]) => vm.binary('+', wrapped, other));
    case '__mul__':
      return special(([other]) => vm.binary('*', wrapped, other));
    case '__repr__':
    case '__str__':
      return special(() => {
        const text = name === '__str__' ? vm.str(wrapped) : vm.repr(wrapped);
        return text === undefined
          ? unknown('the text of a value in it is not known', null, 'str')
          : str(text);
      });
    default:
      return methodOf(wrapped, name);
  }
}

/** Methods that every object has, unbound. */
export function objectMethod(vm: Interpreter, name: string): NativeFunction | undefined {
  switch (name) {
    case '__setattr__':
      return native(name, (_machine, { positional: [self, key, value] }) => {
        if (self?.value.kind === 'instance' && key?.value.kind === 'str' && value !== undefined)
          setInstance(vm, self.value, key.value.value, value.value);
        return NONE;
      });
    case '__getattribute__':
      return native(name, (_machine, { positional: [self, key] }) =>
        self !== undefined && key?.value.kind === 'str'
          ? vm.getAttr(self.value, key.value.value)
          : unknown('the attribute is not known'),
      );
    case '__delattr__':
      return native(name, (_machine, { positional: [self, key] }) => {
        if (self?.value.kind === 'instance' && key?.value.kind === 'str') {
          vm.touch(self.value);
          self.value.attrs.delete(key.value.value);
        }
        return NONE;
      });
    case '__repr__':
    case '__str__':
      return native(name, (_machine, { positional: [self] }) =>
        unknown(`the text of a ${self?.value.kind ?? 'value'} is not followed`, null, 'str'),
      );
    case '__hash__':
      return native(name, () => unknown('hashes are not followed', null, 'int'));
    case '__eq__':
    case '__ne__':
      return native(name, (_machine, { positional: [a, b] }) =>
        vm.compare(name === '__eq__' ? 'is' : 'is not', a?.value ?? NONE, b?.value ?? NONE),
      );
    case '__reduce__':
    case '__sizeof__':
    case '__dir__':
      return native(name, () => unknown(`${name} is not followed`));
  }
  return undefined;
}
