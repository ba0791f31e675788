# SPDX-License-Identifier: MIT
"""A session with busybox's file applets, as data: run_programs.py runs it on the host and in a chamber, one after
the other, and compares what they print and how they end.

Each step sees the files that the steps before it left. A row: the words, and of what is not the plain case
`feed` (standard input) and `is_sorted` (the order of the lines is the file system's business).
"""
import typing


class Step(typing.NamedTuple):
    words: str
    feed: bytes = b""
    is_sorted: bool = False


TEXT = "".join(f"{i * 7919 % 100:02} line {'word' if i % 3 else 'other'} {i}\n" for i in range(300)).encode()
BYTES = bytes(i * i % 251 for i in range(100001))
LIST = b"d/all/text\nd/all/bytes\n"
PATCH = b"""--- d/small
+++ d/small
@@ -1,3 +1,3 @@
 1
-2
+two
 3
"""

STEPS = (
    Step("mkdir -p a/b/c d"),
    Step("mkdir a"),
    Step("tee a/text", TEXT),
    Step("dd of=a/bytes bs=1000 status=none", BYTES),
    Step("tee d/small", b"1\n2\n3\n"),
    Step("cp a/text a/b/copy"),
    Step("cp a/nowhere d"),
    Step("cp -a a d/all"),
    Step("mv a/b/copy a/moved"),
    Step("mv a/moved d"),
    Step("mv d/nowhere a"),
    Step("ln a/text a/hard"),
    Step("ln a/text a/hard"),
    Step("ln -s ../a/text d/soft"),
    Step("ln -sf ../a/bytes d/soft2"),
    Step("ln -s loop d/loop"),
    Step("cat d/loop"),
    Step("readlink d/soft"),
    Step("cat d/soft"),
    Step("cat a/text/beneath"),
    Step("touch -d @1600000000 a/text"),
    Step("touch a/new"),
    Step("chmod 640 a/text"),
    Step("chmod u+x,o+r a/bytes"),
    Step("chmod -R go-rwx d/all"),
    Step("stat -c %n,%s,%h,%a,%F,%Y a/text a/hard"),
    Step("stat -c %n,%s,%a,%F a/bytes a/new d/soft"),
    Step("stat -L -c %n,%s,%a,%F d/soft2"),
    Step("ls -1p a d"),
    Step("ls -1R a d"),
    Step("ls -1 nowhere"),
    Step("test -L d/soft -a -r a/bytes"),
    Step("test a/text -nt a/bytes"),
    Step("find a d -type f -size +1", is_sorted=True),
    Step("find a d -name *ext -o -type l", is_sorted=True),
    Step("find d -perm 600 -newer a/text", is_sorted=True),
    Step("grep -rn other a", is_sorted=True),
    Step("grep -c word a/text d/moved"),
    Step("sort -o d/sorted a/text"),
    Step("sort -r -u a/text"),
    Step("sort -k4 -n -r d/sorted"),
    Step("uniq -c d/sorted"),
    Step("wc a/text a/bytes"),
    Step("head -n 3 a/text d/sorted"),
    Step("tail -c 40 a/text"),
    Step("tac a/text"),
    Step("cut -d: -f1 a/text"),
    Step("sed -i s/word/WORD/ d/sorted"),
    Step("sed -n 5,9p d/sorted"),
    Step("awk {n+=NF}END{print(n)} a/text d/sorted"),
    Step("cmp a/text a/hard"),
    Step("cmp a/text d/sorted"),
    Step("diff d/moved d/sorted"),
    Step("diff -r a d/all", is_sorted=True),
    Step("md5sum a/bytes d/sorted"),
    Step("sha256sum a/bytes"),
    Step("od -An -tx1 -N 64 a/bytes"),
    Step("truncate -s 70000 d/sparse"),
    Step("dd if=a/bytes of=d/sparse bs=512 seek=7 skip=1 count=3 conv=notrunc status=none"),
    Step("md5sum d/sparse"),
    Step("fallocate -l 9000 d/reserved"),
    Step("stat -c %n,%s d/sparse d/reserved"),
    Step("patch d/small", PATCH),
    Step("cat d/small"),
    Step("gzip a/bytes"),
    Step("gunzip a/bytes.gz"),
    Step("bzip2 -k d/sorted"),
    Step("bunzip2 -c d/sorted.bz2"),
    Step("tar cf d/a.tar a"),
    Step("tar tf d/a.tar", is_sorted=True),
    Step("tar xf d/a.tar -C d"),
    Step("diff -r a d/a"),
    Step("cpio -o -H newc -F d/list.cpio", LIST),
    Step("cpio -t -F d/list.cpio"),
    Step("dos2unix d/moved"),
    Step("shred -n 1 -u d/reserved"),
    Step("mv a/b/c d/c"),
    Step("mv d d/c"),
    Step("rmdir a/b"),
    Step("rmdir d/all"),
    Step("unlink a/hard"),
    Step("rm d/loop d/nowhere"),
    Step("rm -f d/nowhere"),
    Step("rm -r d/all"),
    Step("rm a"),
    Step("find d -name a.tar -delete"),
    Step("sync"),
    Step("find a d", is_sorted=True),
    Step("md5sum a/bytes a/text d/moved d/sorted d/sparse d/small d/soft d/a/bytes"),
)
