// Every sentence that the editor shows has its Chinese: those of the sources, of the core, of the diagnostics' codes, and of package.json.
import { strict as assert } from 'node:assert';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ADVICE } from '../../src/analysis/checks/advice';
import { diagnostics, editorFixes, english as inEnglish, speak, translationOf } from '../../src/features';
import { analyse } from '../features/analyse';
import { BROKEN } from '../features/broken.table';
import { coreSentences } from './coreSentences';

const ROOT = path.join(__dirname, '../..');
const json = (file: string): Record<string, string> =>
  JSON.parse(readFileSync(path.join(ROOT, file), 'utf8')) as Record<string, string>;

/** Literal first arguments of `t(…)` and `vscode.l10n.t(…)` in a folder's sources. */
function sentences(folder: string, found = new Set<string>()): Set<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) sentences(file, found);
    else
      for (const [, literal] of readFileSync(file, 'utf8').matchAll(
        /(?<![\w.])(?:vscode\.l10n\.)?t\(\s*'((?:[^'\\]|\\.)*)'/g,
      ))
        found.add(literal.replace(/\\(.)/g, '$1'));
  }
  return found;
}

const isChinese = (text: string): boolean => /\p{Script=Han}/u.test(text);
const escape = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
const holes = (text: string): string => [...new Set(text.match(/\{\d+\}/g) ?? [])].sort().join();

describe('translations', () => {
  const used = sentences(path.join(ROOT, 'src/extension'), sentences(path.join(ROOT, 'src/features')));
  const english = json('media/l10n/bundle.l10n.json');
  const chinese = json('media/l10n/bundle.l10n.zh-cn.json');

  it('finds the sentences in the sources', () => {
    for (const text of ['{0} parameters', 'Show Problems', 'Kernel {0}: {1} of {2}'])
      assert.ok(used.has(text), text);
  });

  it('are there for every sentence (media/l10n), and for nothing else', () => {
    const missing = (bundle: Record<string, string>): string[] => [...used].filter((key) => !(key in bundle));
    assert.deepEqual(missing(english), [], 'not in bundle.l10n.json');
    assert.deepEqual(missing(chinese), [], 'not in bundle.l10n.zh-cn.json');
    const unused = Object.keys({ ...english, ...chinese }).filter(
      (key) => !used.has(key) && !/^(?:code|core|word):/.test(key),
    );
    assert.deepEqual(unused, [], 'in a bundle and used nowhere');
  });

  it('put in everything that the English sentence puts in', () => {
    for (const [key, text] of Object.entries(chinese))
      if (!/^(?:code|core|word):/.test(key)) assert.equal(holes(text), holes(key), key);
  });

  describe('of the core', () => {
    const core = [
      ...coreSentences(['python', 'keras', 'analysis'].map((room) => path.join(ROOT, 'src', room))),
    ];
    /** A text that fits the sentence, with names of its own put in. */
    const sample = (sentence: string): string => sentence.replace(/\{(\d+)\}/g, 'Name$1');

    before(() => speak(inEnglish, chinese));
    after(() => speak(inEnglish));

    it('finds the sentences through variables, conditions, functions and templates', () => {
      for (const text of [
        '"{0}" is no padding{1}',
        '. Did you mean "{0}"?',
        'the stride is not known',
        'Crop {0} to {1}',
        'the {0}',
      ])
        assert.ok(core.includes(text), text);
    });

    it('are there for every sentence that the core says to a user: `core:<sentence>` in bundle.l10n.zh-cn.json', () => {
      const missing = core.filter(
        (sentence) => !(`core:${sentence}` in chinese) && !isChinese(translationOf(sample(sentence)) ?? ''),
      );
      assert.deepEqual(missing, [], 'add them to media/l10n/bundle.l10n.zh-cn.json as "core:<sentence>"');
    });

    it('are told apart: none hides another', () => {
      const hidden = Object.keys(chinese)
        .filter((key) => key.startsWith('core:'))
        .map((key) => key.slice('core:'.length))
        .filter((sentence) => {
          const own = chinese[`core:${sentence}`].replace(/\{(\d+)(?::word)?\}/g, 'Name$1');
          return translationOf(sample(sentence)) !== own;
        });
      assert.deepEqual(hidden, []);
    });

    it('are of sentences that the core says', () => {
      const fits = (pattern: string, text: string): boolean =>
        new RegExp(
          `^${pattern
            .split(/\{\d+\}/)
            .map(escape)
            .join('[^]*')}$`,
        ).test(text);
      const unused = Object.keys(chinese)
        .filter((key) => key.startsWith('core:'))
        .map((key) => key.slice('core:'.length))
        // More general or more special ones than those of the source serve as well.
        .filter((key) => !core.includes(key))
        .filter((key) => !core.some((said) => fits(key, sample(said)) || fits(said, sample(key))));
      assert.deepEqual(unused, []);
    });

    it('put in only what the English sentence puts in', () => {
      for (const [key, text] of Object.entries(chinese))
        if (key.startsWith('core:'))
          for (const [, hole] of text.matchAll(/\{(\d+)(?::word)?\}/g))
            assert.ok(key.includes(`{${hole}}`), key);
    });

    it('reach every problem, place and fix of broken programs', () => {
      const english: string[] = [];
      for (const { program } of BROKEN) {
        const analysis = analyse(program);
        for (const problem of diagnostics(analysis)) {
          const found = analysis.diagnostics.find((diagnostic) => diagnostic === problem.source);
          const titles = editorFixes(analysis, problem, found?.fixes ?? []).map(({ title }) => title);
          for (const text of [
            problem.message.split('\n')[0],
            ...problem.related.map(({ message }) => message),
            ...titles,
          ])
            if (!isChinese(text)) english.push(text);
        }
      }
      assert.deepEqual(english, []);
    }).timeout(20_000);
  });

  it('say in one line what each code means: a `code:…` entry per section of docs/diagnostics.md', () => {
    const codes = [...readFileSync(path.join(ROOT, 'docs/diagnostics.md'), 'utf8').matchAll(/^## (.+)$/gm)];
    assert.ok(codes.length > 50);
    const missing = codes.map(([, code]) => `code:${code}`).filter((key) => !(key in chinese));
    assert.deepEqual(missing, [], 'add them to media/l10n/bundle.l10n.zh-cn.json');
  });

  it('name the advice that is off by default where severities are set', () => {
    for (const file of ['package.nls.json', 'package.nls.zh-cn.json'])
      for (const { code, on } of ADVICE)
        assert.equal(json(file)['setting.diagnostics.severity'].includes(`\`${code}\``), !on, code);
  });

  it('cover package.json', () => {
    const names = new Set(
      [...readFileSync(path.join(ROOT, 'package.json'), 'utf8').matchAll(/"%([^%"]+)%"/g)].map(
        ([, key]) => key,
      ),
    );
    for (const file of ['package.nls.json', 'package.nls.zh-cn.json'])
      assert.deepEqual(Object.keys(json(file)).sort(), [...names].sort(), file);
  });
});
