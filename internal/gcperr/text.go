package gcperr

import (
	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/explain"
)

// TextCode returns the code of the fault that a service's message describes, or "" if it describes none that is known.
func TextCode(message string) cmekpipe.Code {
	fault, _ := explain.FindFault(message)
	return fault.Code
}
