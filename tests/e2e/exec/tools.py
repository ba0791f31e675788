# SPDX-License-Identifier: MIT
"""A session with programs that users have, as data, like applets.py: run_programs.py runs it on the host and in a
chamber, and compares what they print and how they end. A step whose program is not there is left out.

All names are relative: the working folder is the file system's root.
"""
from applets import BYTES, TEXT, Step

CC1 = "/usr/lib/gcc/x86_64-linux-gnu/12/cc1"
CODE = b"int fib(int n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }\n"
JSON = b'{"list": [1, 2, {"deep": "text"}], "other": null}\n'
RULES = b"all: one two\none:\n\techo one\ntwo: one\n\techo two\n"
SCRIPT = b"%s/line/LINE/\n2,5d\nw\nq\n"

STEPS = (
    Step("tee text", TEXT),
    Step("dd of=bytes status=none", BYTES),
    Step("mkdir tmp"),
    Step("tee code.c", CODE),
    Step("tee some.json", JSON),
    Step("tee Makefile", RULES),
    Step("mawk {n+=NF}END{print(n)} text"),
    Step("gawk {n[$3]++}END{print(n[\"word\"],n[\"other\"])} text"),
    Step("sed -i -e s/other/OTHER/ -e 3d text"),
    Step("sed -n 5,9p text"),
    Step("grep -c OTHER text"),
    Step("grep -rn OTHER1 ."),
    Step("sort -S 1M --parallel=2 -o sorted text"),
    Step("cut -c1-9 sorted"),
    Step("jq .list[2].deep some.json"),
    Step("lua5.4 -", b"for l in io.lines('text') do last = l end print(last)\n"),
    Step("openssl dgst -sha256 text bytes"),
    Step("xz -T2 -k bytes"),
    Step("xz -l --robot bytes.xz"),
    Step("xz -t -T2 bytes.xz"),
    Step("zstd -T2 -q -k bytes"),
    Step("zstd -tq bytes.zst"),
    Step("lz4 -q bytes bytes.lz4"),
    Step("lz4 -tq bytes.lz4"),
    Step("zip -q -X all.zip text bytes"),
    Step("unzip -tq all.zip"),
    Step("vim -es -u NONE -i NONE +%s/word/WORD/ +wq text"),
    Step("ed -s sorted", SCRIPT),
    Step(f"{CC1} -quiet -nostdinc -ffreestanding -O2 code.c -o code.s"),
    Step("as code.s -o code.o"),
    Step("ld -r code.o -o more.o"),
    Step("objdump -d more.o"),
    Step("readelf -hS code.o"),
    Step("ar rcsD library.a code.o more.o"),
    Step("nm library.a"),
    Step("ctags --sort=no -f tags code.c"),
    Step("grep -v ^!_ tags"),
    Step("make -n"),
    Step("m4 -DX=y text"),
    Step("sqlite3 base", b"create table t(a); insert into t values (1), (2); select sum(a) from t;"),
    Step("sha256sum text bytes sorted code.s code.o more.o library.a bytes.xz bytes.zst bytes.lz4"),
)

# Words, what they are given, and what they are fed: on the host the files of the VFS are where the images have them from.
PYTHON = """import bz2, ctypes, decimal, hashlib, json, lzma, math, sqlite3, zlib
base = sqlite3.connect(":memory:")
print(base.execute("select upper('text')").fetchone(), hashlib.sha256(b"x").hexdigest(), zlib.crc32(b"x"), math.sqrt(2),
      lzma.decompress(lzma.compress(b"x" * 1000)) == b"x" * 1000, decimal.Decimal(1) / 7, ctypes.sizeof(ctypes.c_long))
"""
PERL = """use POSIX qw(floor); use Fcntl; use Digest::SHA qw(sha1_hex); use List::Util qw(sum); use Storable qw(freeze thaw);
use Encode; use Compress::Zlib; use Time::HiRes; use Socket;
print join(",", floor(3.7), sha1_hex("x"), sum(1 .. 4), thaw(freeze([1, 2]))->[1], length(encode("UTF-16", "abc"))), "\\n";"""
MODULES = "/usr/lib/x86_64-linux-gnu/"
LOADERS = (
    # program, arguments, input, folders of data, libraries
    ("/usr/bin/iconv", ["-f", "CP1252", "-t", "UTF-16LE"], b"gr\374n\n", [f"{MODULES}gconv"], [f"{MODULES}gconv"]),
    ("/usr/bin/python3", ["-c", PYTHON], b"", ["/usr/lib/python3.11"], ["/usr/lib/python3.11/lib-dynload"]),
    ("/usr/bin/perl", ["-e", PERL], b"", [f"{MODULES}perl-base", f"{MODULES}perl", "/usr/share/perl"],
     [f"{MODULES}perl-base", f"{MODULES}perl"]),
    ("/usr/bin/openssl", ["list", "-providers", "-provider", "legacy"], b"", [], [f"{MODULES}ossl-modules"]),
)
