// Makes system calls and prints the error number of each, 0 where it succeeds: system-calls NAME=NUMBER[,ARGUMENT…]…
// "system-calls client" does what every client of a network does.
package main

import (
	"fmt"
	"net"
	"os"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

func main() {
	runtime.LockOSThread()
	if len(os.Args) == 2 && os.Args[1] == "client" {
		client()
		return
	}
	// A filter may end only the thread that made the call.
	time.AfterFunc(2*time.Second, func() { os.Exit(3) })
	for _, argument := range os.Args[1:] {
		name, numbers, _ := strings.Cut(argument, "=")
		var values [7]uintptr
		for index, text := range strings.Split(numbers, ",") {
			value, err := strconv.ParseUint(text, 0, 64)
			if err != nil {
				panic(err)
			}
			values[index] = uintptr(value)
		}
		result, _, errno := syscall.RawSyscall6(values[0], values[1], values[2], values[3], values[4], values[5], values[6])
		if values[0] == syscall.SYS_CLONE && errno == 0 && result == 0 {
			// The child of a clone that succeeded.
			syscall.RawSyscall(syscall.SYS_EXIT_GROUP, 0, 0, 0)
		}
		fmt.Printf("%s %d\n", name, int(errno))
	}
}

// Goroutines, timers, files and a socket, as in every Go program.
func client() {
	done := make(chan string)
	go func() {
		if err := os.WriteFile("/tmp/file", []byte("content"), 0o600); err != nil {
			panic(err)
		}
		done <- "written"
	}()
	fmt.Println(<-done)
	// Nothing listens there: refused by the peer, not by the filter.
	_, err := net.Dial("tcp", "127.0.0.1:9")
	fmt.Println(err)
}
