package rule_test

import (
	"bufio"
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"
	"unsafe"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/rule"
)

func TestTextIsColouredOnATerminalOnly(t *testing.T) {
	const red, yellow, cyan = "\x1b[1;31merror  \x1b[0m  CMEK021", "\x1b[1;33mwarning\x1b[0m  CMEK002", "\x1b[36mnotice \x1b[0m  CMEK005"
	for _, c := range []struct {
		name, noColour, term string
		coloured             bool
	}{
		{"terminal", "", "xterm", true},
		{"NO_COLOR", "1", "xterm", false},
		{"dumb terminal", "", "dumb", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Setenv("NO_COLOR", c.noColour)
			t.Setenv("TERM", c.term)
			got := shown(t, findings())
			for _, want := range []string{red, yellow, cyan} {
				if strings.Contains(got, want) != c.coloured {
					t.Errorf("got %q, want %q in it: %v", got, want, c.coloured)
				}
			}
			if !c.coloured && strings.Contains(got, "\x1b") {
				t.Errorf("got %q, want no escape", got)
			}
		})
	}
}

// shown returns what a terminal shows of findings: the last line is the one that names what is next.
func shown(t *testing.T, f rule.Findings) string {
	t.Helper()
	terminal, program := openTerminal(t)
	if err := rule.WriteText(program, f); err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	for lines := bufio.NewReader(terminal); ; {
		line, err := lines.ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		got.WriteString(line)
		if strings.HasPrefix(line, "next:") {
			return got.String()
		}
	}
}

// openTerminal returns both ends of a pseudoterminal: what a person reads, and what a program writes to.
func openTerminal(t *testing.T) (terminal, program *os.File) {
	t.Helper()
	open := func(name string) *os.File {
		f, err := os.OpenFile(name, os.O_RDWR|syscall.O_NOCTTY, 0)
		if err != nil {
			t.Skipf("this machine has no pseudoterminals: %v", err)
		}
		t.Cleanup(func() { _ = f.Close() })
		return f
	}
	terminal = open("/dev/ptmx")
	var unlock, number int32
	control := func(request uintptr, value *int32) {
		if _, _, errno := syscall.Syscall(syscall.SYS_IOCTL, terminal.Fd(), request, uintptr(unsafe.Pointer(value))); errno != 0 {
			t.Fatal(errno)
		}
	}
	control(syscall.TIOCSPTLCK, &unlock)
	control(syscall.TIOCGPTN, &number)
	return terminal, open(fmt.Sprintf("/dev/pts/%d", number))
}
