//go:build !linux

package staging

import "os"

// identify reports false: how a file's inode is read differs from system to system, and launchers in production run on linux.
func identify(*os.File) (identity, bool) { return identity{}, false }
