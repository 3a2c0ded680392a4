package cmekpipe

import (
	"errors"
	"strings"
)

// faultList holds all faults of one set of options.
type faultList []*Error

// Error joins the faults on one line.
func (l faultList) Error() string {
	texts := make([]string, len(l))
	for i, e := range l {
		texts[i] = e.Error()
	}
	return strings.Join(texts, "; ")
}

// Unwrap lets errors.Is and errors.As find every fault.
func (l faultList) Unwrap() []error {
	errs := make([]error, len(l))
	for i, e := range l {
		errs[i] = e
	}
	return errs
}

// OptionErrors returns the faults in an error of [FromConfig], [FromFlags], [Builder.Build] or [CheckOptions], one error
// per fault: first those of how the options were given, then those of their values, in the order of the fields of
// [Config]. The Resource of each is the name of Beam's flag for the option. It returns nil for other errors.
func OptionErrors(err error) []*Error {
	if list, ok := errors.AsType[faultList](err); ok {
		return list
	}
	return nil
}
