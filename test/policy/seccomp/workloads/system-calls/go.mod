module cloister.dev/test/system-calls

go 1.26
