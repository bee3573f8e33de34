# Methods of str, format specs, percent formatting.
s = "Conv2D_bn-Relu"
a1 = s.lower(), s.upper(), s.title(), s.swapcase(), s.capitalize(), s.casefold()
a2 = s.split("_"), "a b  c ".split(), "a b c d".split(None, 2), "a,b,c".rsplit(",", 1), "x".split(","), "".split(), "".split(",")
a3 = "  pad ".strip(), "xxhixx".strip("x"), "xxhi".lstrip("x"), "hi..".rstrip("."), " a b ".rsplit(None, 1)
a4 = s.startswith("Conv"), s.startswith(("A", "C")), s.endswith("lu"), s.endswith("Relu", 3), "abc".startswith("b", 1)
a5 = s.find("bn"), s.find("zz"), s.index("2"), s.rfind("e"), "banana".count("an"), "aaa".count(""), "abc".find("")
a6 = "a-b-c".replace("-", "+"), "a-b-c".replace("-", "", 1), "abc".replace("", ".")
a7 = "a=b=c".partition("="), "a=b=c".rpartition("="), "abc".partition("x"), "abc".rpartition("x")
a8 = ", ".join(["a", "b"]), "".join(map(str, range(5))), "-".join({"k": 1})
a9 = "7".zfill(3), "-7".zfill(4), "ab".center(7, "*"), "abc".center(6), "ab".ljust(4) + "|", "ab".rjust(4)
b1 = "12".isdigit(), "".isdigit(), "a1".isalnum(), "ab".isalpha(), " ".isspace(), "Ab".islower(), "AB".isupper(), "a_1".isidentifier(), "1a".isidentifier()
b2 = "a\nb\r\nc".splitlines(), "a\nb\n".splitlines(True), "a\tb".expandtabs(4)
b3 = "prefix_x".removeprefix("prefix_"), "x.py".removesuffix(".py"), "abc".translate(str.maketrans("ab", "xy")), "abc".translate({97: None})
b4 = "{}-{}".format(1, "x"), "{1}{0}".format("a", "b"), "{a:>5}|{b:<4}|".format(a=1, b="q"), "{0[0]}{1.real}".format([5], 3), "{{}}".format()
b5 = "{:05d} {:+.2f} {:e} {:%} {:,}".format(42, 3.14159, 12345.678, 0.256, 1234567)
b6 = f"{3.0}", f"{1e20}", f"{1e-7}", f"{1/3:.3}", f"{123456789.0:g}", f"{255:#x} {255:b} {255:o} {10:#b}", f"{0.00001234:g}", f"{1e16}", f"{100000.0:.3g}"
b7 = f"{'x':^5}|{'abc':.2}|{True}|{None}|{[1, 'a']}|{'q'!r}|{(1,)}"
b8 = f"{-5:08.2f}", f"{-5:=+8d}", f"{5: d}", f"{1234567.891:,.1f}", f"{1234567:_}", f"{0.5:.0f} {1.5:.0f} {2.5:.0f} {0.125:.2f} {2.675:.2f}"
b9 = "%d %s %r %5.2f %-5s| %05d %x %%" % (3, "a", "b", 3.14159, "q", 42, 255), "%(a)s-%(b)02d" % {"a": 1, "b": 2}, "%s" % [1], "%.3s|%5s" % ("abcdef", "x"), "%g %e" % (0.5, 12.5)
c1 = f"conv{1}_{'x' if True else 'y'}", f"{s=}", f"{1+1=}", f"{3.14159:.{2}f}", f"{'a':>{4}}"
c2 = repr("it's"), repr('say "hi"'), repr("a\nb\\"), repr(1.0), repr(1e100), str(0.1 + 0.2), repr(-0.0), str(1e15), str(123456789012345680.0), repr(5e-324)
c3 = int("12"), int(" -7 "), int("ff", 16), int("0x1f", 0), int("1_000"), int(3.9), int(-3.9), int(True), float("1.5"), float("1e3"), float("inf"), float("  2 ")
c4 = "abc"[::-1], "abc"[1:], "a" * 3, "a" in "abc", "abc" < "abd", len("äö"), ord("a"), chr(98)
c5 = "stage{}_unit{}_".format(1, 2), "%s_%d" % ("block", 3), "block_" + str(4), "a" "b"
c6 = "Mary had".encode().decode(), "{:>10s}".format("hi"), "{!r:>6}".format("a"), "{:{w}.{p}f}".format(2.5, w=8, p=3), format(3, "03d"), format("x", "<3") + "|"
c7 = b"ab" + b"c", b"abc".decode("ascii"), "x,y;z".replace(";", ",").split(",")
c8 = hex(255), bin(5), oct(8), hex(-1), round(2.5), round(3.5), round(2.675, 2), round(1234, -2), round(0.5), round(-1.5), round(1.25, 1), abs(-3), abs(-2.5), divmod(7, 3), divmod(-7, 3), pow(2, 10), pow(3, 4, 5), pow(2, -1)
#= s 'Conv2D_bn-Relu'
#= a1 ('conv2d_bn-relu', 'CONV2D_BN-RELU', 'Conv2D_Bn-Relu', 'cONV2d_BN-rELU', 'Conv2d_bn-relu', 'conv2d_bn-relu')
#= a2 (['Conv2D', 'bn-Relu'], ['a', 'b', 'c'], ['a', 'b', 'c d'], ['a,b', 'c'], ['x'], [], [''])
#= a3 ('pad', 'hi', 'hi', 'hi', [' a', 'b'])
#= a4 (True, True, True, True, True)
#= a5 (7, -1, 4, 11, 2, 4, 0)
#= a6 ('a+b+c', 'ab-c', '.a.b.c.')
#= a7 (('a', '=', 'b=c'), ('a=b', '=', 'c'), ('abc', '', ''), ('', '', 'abc'))
#= a8 ('a, b', '01234', 'k')
#= a9 ('007', '-007', '***ab**', ' abc  ', 'ab  |', '  ab')
#= b1 (True, False, True, True, True, False, True, True, False)
#= b2 (['a', 'b', 'c'], ['a\n', 'b\n'], 'a   b')
#= b3 ('x', 'x', 'xyc', 'bc')
#= b4 ('1-x', 'ba', '    1|q   |', '53', '{}')
#= b5 '00042 +3.14 1.234568e+04 25.600000% 1,234,567'
#= b7 "  x  |ab|True|None|[1, 'a']|'q'|(1,)"
#= b8 ('-0005.00', '-      5', ' 5', '1,234,567.9', '1_234_567', '0 2 2 0.12 2.67')
#= b9 ("3 a 'b'  3.14 q    | 00042 ff %", '1-02', '[1]', 'abc|    x', '0.5 1.250000e+01')
#= c1 ('conv1_x', "s='Conv2D_bn-Relu'", '1+1=2', '3.14', '   a')
#= c2 ('"it\'s"', '\'say "hi"\'', "'a\\nb\\\\'", '1.0', '1e+100', '0.30000000000000004', '-0.0', '1000000000000000.0', '1.2345678901234568e+17', '5e-324')
#= c3 (12, -7, 255, 31, 1000, 3, -3, 1, 1.5, 1000.0, inf, 2.0)
#= c4 ('cba', 'bc', 'aaa', True, True, 2, 97, 'b')
#= c5 ('stage1_unit2_', 'block_3', 'block_4', 'ab')
#= c6 ('Mary had', '        hi', "   'a'", '   2.500', '003', 'x  |')
#= c7 (b'abc', 'abc', ['x', 'y', 'z'])
