# Paths, texts in JSON and YAML, regular expressions, command-line defaults, contexts: what is sure without running.
import os, re, json, sys, argparse, contextlib, pathlib, logging, warnings, functools, abc, string
import os.path as osp
p1 = os.path.join("a", "b", "c.py"), os.path.join("a/", "/b"), osp.basename("x/y.txt"), osp.dirname("x/y.txt"), osp.splitext("a/b.tar.gz"), osp.splitext(".bashrc"), osp.split("/a/b"), osp.normpath("a/./b/../c"), osp.isabs("/a"), osp.abspath("/a/../b"), os.path.join("a", ""), osp.dirname("/a")
P = pathlib.Path
p2 = str(P("a") / "b" / "c.txt"), P("a/b.txt").name, P("a/b.txt").stem, P("a/b.txt").suffix, str(P("a/b/c").parent), P("a/b").parts, str(P("a.h5").with_suffix(".txt")), os.path.join(P("a"), "b"), str(P("a", "b")), P("a") == P("a"), str(P("/a/b").parents[0]), "x/" + str(P("y").joinpath("z")), f"{P('q')}"
j1 = json.loads('{"a": [1, 2.5, true, null, "x\\n"], "b": {"c": -3e2}}'), json.dumps({"a": [1, 2.0, None, True], "b": "q"}), json.dumps([1, {"x": []}], indent=2), json.loads("[]"), json.dumps({"b": 1, "a": 2}, sort_keys=True), json.loads(json.dumps({"k": (1, 2)}))
r1 = re.findall(r"\d+", "conv2_block13"), re.match(r"(\w+)_(\d+)", "conv_12").groups(), re.sub(r"_+", "-", "a__b_c"), re.split(r"[,;]\s*", "a, b;c"), re.search(r"(?P<name>[a-z]+)(\d)?", "Xab").group("name"), re.match("b", "ab") is None, re.fullmatch(r"a+", "aab") is None, re.sub(r"(\w)(\d)", r"\2\1", "a1 b2"), re.compile(r"k(\d)s(\d)").findall("k3s2 k5s1"), re.sub("a", lambda m: m.group().upper(), "banana"), bool(re.match(r"^r\d+$", "r50")), re.search(r"\.(h5|keras)$", "m.keras").span(), re.split(r"(\d+)", "a12b"), [m.start() for m in re.finditer("a", "banana")], re.sub("(.)([A-Z][a-z]+)", r"\1_\2", "ConvBlock"), re.findall("A", "aA", re.I), re.escape("a.b")
parser = argparse.ArgumentParser(description="train")
parser.add_argument("--batch-size", type=int, default=32)
parser.add_argument("--lr", "-l", type=float, default="1e-3", help="rate")
parser.add_argument("-n", "--name", default="net")
parser.add_argument("--deep", action="store_true")
parser.add_argument("--no-bn", dest="bn", action="store_false")
group = parser.add_argument_group("model")
group.add_argument("--filters", nargs="+", type=int, default=[8, 16])
group.add_argument("--opt")
parser.set_defaults(extra=7)
args = parser.parse_args([])
a1 = args.batch_size, args.lr, args.name, args.deep, args.bn, args.filters, args.opt, args.extra, vars(args)["name"], hasattr(args, "zzz")
args2 = parser.parse_args(["--batch-size", "64", "--deep", "--filters", "1", "2", "3", "--lr=0.1", "-n", "x", "--no-bn"])
a2 = args2.batch_size, args2.deep, args2.filters, args2.lr, args2.name, args2.bn, args2.opt
args3, rest = parser.parse_known_args(["--unknown", "--deep"])
a3 = args3.deep, rest
pos = argparse.ArgumentParser(); pos.add_argument("depth", type=int); pos.add_argument("widths", nargs="*", type=float)
a4 = pos.parse_args("50 1 2.5".split()).depth, pos.parse_args(["5", "1", "2"]).widths
class Base(abc.ABC):
    @abc.abstractmethod
    def f(self): ...
    @property
    @abc.abstractmethod
    def g(self): ...
class Impl(Base):
    def f(self): return 1
    @property
    def g(self): return 2
log = []
@contextlib.contextmanager
def scope(name):
    log.append("in " + name)
    yield name.upper()
with scope("a") as s: log.append(s)
with contextlib.suppress(KeyError, ValueError): {}["x"]
with contextlib.nullcontext(5) as five: pass
logger = logging.getLogger(__name__); logger.info("x %d", 1); warnings.filterwarnings("ignore")
c1 = log, five, Impl().f(), Impl().g, isinstance(Impl(), Base), sys.version_info[0], sys.version_info >= (3,), sys.version_info.major == 3, string.punctuation[:3], logging.INFO, isinstance(logger, logging.Logger)
del P, parser, group, pos, args, args2, args3, logger
#= p1 ('a/b/c.py', '/b', 'y.txt', 'x', ('a/b.tar', '.gz'), ('.bashrc', ''), ('/a', 'b'), 'a/c', True, '/b', 'a/', '/')
#= p2 ('a/b/c.txt', 'b.txt', 'b', '.txt', 'a/b', ('a', 'b'), 'a.txt', 'a/b', 'a/b', True, '/a', 'x/y/z', 'q')
#= j1 ({'a': [1, 2.5, True, None, 'x\n'], 'b': {'c': -300.0}}, '{"a": [1, 2.0, null, true], "b": "q"}', '[\n  1,\n  {\n    "x": []\n  }\n]', [], '{"a": 2, "b": 1}', {'k': [1, 2]})
#= r1 (['2', '13'], ('conv', '12'), 'a-b-c', ['a', 'b', 'c'], 'ab', True, True, '1a 2b', [('3', '2'), ('5', '1')], 'bAnAnA', True, (1, 7), ['a', '12', 'b'], [1, 3, 5], 'Conv_Block', ['a', 'A'], 'a\\.b')
#= a1 (32, 0.001, 'net', False, True, [8, 16], None, 7, 'net', False)
#= a2 (64, True, [1, 2, 3], 0.1, 'x', False, None)
#= rest ['--unknown']
#= a3 (True, ['--unknown'])
#= a4 (50, [1.0, 2.0])
#= log ['in a', 'A']
#= s 'A'
#= five 5
#= c1 (['in a', 'A'], 5, 1, 2, True, 3, True, True, '!"#', 20, True)
