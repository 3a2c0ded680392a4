// Package testdata provides texts that tests and examples of several packages read.
package testdata

import _ "embed"

//go:embed opticks.txt
var opticks string

// Opticks returns Isaac Newton's "Opticks" of 1730, about 567 kB in 9,285 lines, in the public domain.
func Opticks() string { return opticks }
