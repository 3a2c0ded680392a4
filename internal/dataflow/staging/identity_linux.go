package staging

import (
	"os"
	"syscall"
)

// identify returns what distinguishes this version of an open file. It reports false if the system doesn't tell.
func identify(f *os.File) (identity, bool) {
	info, err := f.Stat()
	if err != nil {
		return identity{}, false
	}
	s, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return identity{}, false
	}
	return identity{uint64(s.Dev), s.Ino, s.Size, s.Mtim.Nano(), s.Ctim.Nano()}, true //nolint:unconvert // other architectures have other types
}
