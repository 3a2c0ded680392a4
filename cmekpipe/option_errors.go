package cmekpipe

import (
	"errors"
	"strings"
)

// faultList is every fault of one set of options.
type faultList []*Error

// Error joins the faults on one line.
func (l faultList) Error() string {
	texts := make([]string, len(l))
	for i, e := range l {
		texts[i] = e.Error()
	}
	return strings.Join(texts, "; ")
}

// Unwrap lets errors.Is and errors.As look at every fault.
func (l faultList) Unwrap() []error {
	errs := make([]error, len(l))
	for i, e := range l {
		errs[i] = e
	}
	return errs
}

// OptionErrors returns every fault that an error of [FromConfig], [FromFlags] or [Builder.Build] holds: first those of how
// the options were given, then those of what they say, in the order of the fields of [Config]. Each one's Resource is
// the name of Beam's flag for the option. It returns nil for other errors.
func OptionErrors(err error) []*Error {
	if list, ok := errors.AsType[faultList](err); ok {
		return list
	}
	return nil
}
