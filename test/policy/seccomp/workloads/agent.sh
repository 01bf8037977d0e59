# What an agent does in a shell. Prints one line a step; each step of the second list runs only where its program is there.
step() { if "$@" >/tmp/output 2>&1; then echo "$1 ok"; else echo "$1 $(head -c 200 /tmp/output)"; fi; }

pipes() { seq 100 | sort -rn | head -1 | grep -qx 100; }
background() { sleep 0.01 & wait $!; }
archive() { mkdir -p /tmp/folder && echo content >/tmp/folder/file && tar -C /tmp -czf /tmp/folder.tgz folder && tar -tzf /tmp/folder.tgz; }
edit() { sed -i s/content/other/ /tmp/folder/file && ln -s file /tmp/folder/link && chmod 600 /tmp/folder/file && touch /tmp/folder/file && grep -q other /tmp/folder/link; }
repository() { git init -q /tmp/repository && cd /tmp/repository && echo a >a && git add a && git -c user.name=a -c user.email=a@example.com commit -qm a; }
compiler() { echo 'int main(void) { return 0; }' >/tmp/a.c && gcc -o /tmp/folder/a /tmp/a.c; }
# 7: no connection, as nothing listens there; refused by the peer and not by the filter.
transfer() { curl -s http://127.0.0.1:9; [ $? = 7 ]; }

for one in pipes background archive edit; do step $one; done
if command -v git >/dev/null; then step repository; fi
if command -v gcc >/dev/null; then step compiler; fi
if command -v curl >/dev/null; then step transfer; fi
