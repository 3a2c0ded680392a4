package guard

import (
	"errors"
	"slices"
	"strings"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// Err returns nil if no transform is unprotected, and otherwise an error with code Unprotected: one [cmekpipe.Error] for each
// unprotected transform, whose resource is the transform's full path and whose hint is what to write instead. The code is
// InvalidOptions for a transform that writes what an earlier one writes too. With several
// transforms the error's text has a line for each; [Refusals] returns them. A Coverage that [Inspect] did not make is refused.
//
// With [WithStrict] it also refuses transforms that run code which is not on the list, services outside Cloud KMS that are not
// on it, and hooks. The text of such an error ends with the entries to paste into the list, which [Coverage.Unreviewed] returns.
func (c *Coverage) Err() error {
	if c == nil || !c.inspected {
		return &cmekpipe.Error{Op: opInspect, Code: cmekpipe.Unprotected, Resource: "pipeline",
			Hint: "call guard.Inspect", Err: errors.New("got a Coverage that guard.Inspect did not make")}
	}
	var refused refusals
	for _, t := range c.Transforms {
		if !t.passes() {
			refused.add(t.code(), t.Path(), t.refusal(), t.Replacement)
		}
	}
	if c.strict {
		c.refuseUnreviewed(&refused)
	}
	switch {
	case len(refused.all) == 0:
		return nil
	case len(refused.all) == 1 && len(refused.unreviewed) == 0 && refused.all[0].Code == cmekpipe.Unprotected:
		return refused.all[0]
	}
	return &refused // also for one of another code, which Refusals would not know from an error of something else
}

const opInspect = "guard.Inspect"

// Refusals returns the error of every transform that err refuses, where err is one of [Coverage.Err] or of a launch. It
// returns nil for other errors.
func Refusals(err error) []*cmekpipe.Error {
	if r, ok := errors.AsType[*refusals](err); ok {
		return r.all
	}
	if e, ok := errors.AsType[*cmekpipe.Error](err); ok && e.Code == cmekpipe.Unprotected {
		return []*cmekpipe.Error{e}
	}
	return nil
}

func (t Transform) passes() bool {
	return slices.Contains([]Verdict{Protected, ReadsOnly, NoCMEK, Local, Opaque, Neutral}, t.Verdict)
}

func (t Transform) code() cmekpipe.Code {
	if t.ConflictsWith != "" {
		return cmekpipe.InvalidOptions
	}
	return cmekpipe.Unprotected
}

func (t Transform) refusal() string {
	switch {
	case t.Verdict != Unprotected:
		return "got no verdict"
	case t.Destination == "":
		return t.Reason
	}
	return t.Reason + ": " + cmekpipe.Printable(t.Destination)
}

// refusals are the errors of all transforms that are refused, and the entries of the list that some of them need.
type refusals struct {
	all        []*cmekpipe.Error
	unreviewed []string
}

func (r *refusals) add(code cmekpipe.Code, resource, reason, hint string) {
	r.all = append(r.all, &cmekpipe.Error{Op: opInspect, Code: code, Resource: resource, Hint: hint, Err: errors.New(reason)})
}

// Error returns a line for each, and then a line for each entry of the list that is needed, as Go code.
func (r *refusals) Error() string {
	texts := make([]string, len(r.all))
	for i, e := range r.all {
		texts[i] = e.Error()
	}
	if len(r.unreviewed) > 0 {
		texts = append(texts, "entries for the list of reviewed code and services:")
		for _, entry := range r.unreviewed {
			texts = append(texts, "\t"+quoted(entry)+",")
		}
	}
	return strings.Join(texts, "\n")
}

// Unwrap lets errors.Is and errors.As find each.
func (r *refusals) Unwrap() []error {
	errs := make([]error, len(r.all))
	for i, e := range r.all {
		errs[i] = e
	}
	return errs
}
