package guard

import (
	"errors"
	"slices"
	"strings"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// Err returns nil if no transform is unprotected, and otherwise an error with code Unprotected: one [cmekpipe.Error] for each
// unprotected transform, whose resource is the transform's full path and whose hint is what to write instead. With several
// transforms the error's text has a line for each; [Refusals] returns them. A Coverage that [Inspect] did not make is refused.
func (c *Coverage) Err() error {
	const op = "guard.Inspect"
	if c == nil || !c.inspected {
		return &cmekpipe.Error{Op: op, Code: cmekpipe.Unprotected, Resource: "pipeline",
			Hint: "call guard.Inspect", Err: errors.New("got a Coverage that guard.Inspect did not make")}
	}
	var refused refusals
	for _, t := range c.Transforms {
		if !t.passes() {
			refused = append(refused, &cmekpipe.Error{Op: op, Code: cmekpipe.Unprotected, Resource: t.Path(),
				Hint: t.Replacement, Err: errors.New(t.refusal())})
		}
	}
	switch len(refused) {
	case 0:
		return nil
	case 1:
		return refused[0]
	}
	return refused
}

// Refusals returns the error of every transform that err refuses, where err is one of [Coverage.Err] or of a launch. It
// returns nil for other errors.
func Refusals(err error) []*cmekpipe.Error {
	if all, ok := errors.AsType[refusals](err); ok {
		return all
	}
	if e, ok := errors.AsType[*cmekpipe.Error](err); ok && e.Code == cmekpipe.Unprotected {
		return []*cmekpipe.Error{e}
	}
	return nil
}

func (t Transform) passes() bool {
	return slices.Contains([]Verdict{Protected, ReadsOnly, NoCMEK, Local, Opaque, Neutral}, t.Verdict)
}

func (t Transform) refusal() string {
	switch {
	case t.Verdict != Unprotected:
		return "got no verdict"
	case t.Destination == "":
		return t.Reason
	}
	return t.Reason + ": " + t.Destination
}

// refusals are the errors of all unprotected transforms.
type refusals []*cmekpipe.Error

// Error returns a line for each.
func (r refusals) Error() string {
	texts := make([]string, len(r))
	for i, e := range r {
		texts[i] = e.Error()
	}
	return strings.Join(texts, "\n")
}

// Unwrap lets errors.Is and errors.As find each.
func (r refusals) Unwrap() []error {
	errs := make([]error, len(r))
	for i, e := range r {
		errs[i] = e
	}
	return errs
}
