package session

import (
	"errors"
	"net"
	"net/netip"
	"os"
	"slices"
	"strings"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/clients/shared"
)

// CheckEnvironment lets a launch through that goes to Google altogether or to the loopback cloud altogether. Anything
// between would send a part of it elsewhere, without credentials. op is the operation that the error names.
func CheckEnvironment(op string) error {
	set := shared.EmulatorVariables()
	for _, name := range set {
		if !IsLoopback(os.Getenv(name)) {
			return emulatorSet(op, name, set, "got a value that is no loopback address")
		}
	}
	for _, needed := range []string{shared.DataflowHost, shared.StorageHost} {
		if len(set) > 0 && !slices.Contains(set, needed) {
			return emulatorSet(op, set[0], set, "got it without "+needed+", so that a part of the launch would reach Google")
		}
	}
	return nil
}

func emulatorSet(op, name string, set []string, reason string) error {
	return &cmekpipe.Error{Op: op, Code: cmekpipe.EmulatorSet, Resource: name, Hint: "unset " + strings.Join(set, " "),
		Err: errors.New(reason)}
}

// IsLoopback reports whether a variable's value, HOST, HOST:PORT or a URL of either, stays on this machine.
func IsLoopback(value string) bool {
	if _, after, found := strings.Cut(value, "://"); found {
		value = after
	}
	value, _, _ = strings.Cut(value, "/")
	host, _, err := net.SplitHostPort(value)
	if err != nil {
		host = strings.Trim(value, "[]")
	}
	if host == "localhost" {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.IsLoopback()
}
