package guard

import (
	"slices"
	"strconv"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// Unreviewed returns the entries that the list of [WithStrict] lacks for this pipeline, sorted: the identities of code that
// guard does not inspect, and the connectors to services outside Cloud KMS, each with its destination. Without WithStrict it
// returns all that the pipeline needs.
func (c *Coverage) Unreviewed() []string {
	var missing []string
	for _, t := range c.Transforms {
		missing = append(missing, c.lacking(t.entries())...)
	}
	missing = append(missing, c.lacking(c.hookEntries())...)
	slices.Sort(missing)
	return slices.Compact(missing)
}

// Strict reports whether the pipeline was inspected with [WithStrict].
func (c *Coverage) Strict() bool { return c.strict }

// Uninspected returns the identities of the user's own code that guard did not inspect, sorted, and the names of resources in
// the fields of the user's DoFns, sorted.
func (c *Coverage) Uninspected() (code, mentions []string) {
	for _, t := range c.Transforms {
		code, mentions = append(code, t.UserCode...), append(mentions, t.Mentions...)
	}
	code = append(code, c.hookEntries()...)
	slices.Sort(code)
	slices.Sort(mentions)
	return slices.Compact(code), slices.Compact(mentions)
}

// refuseUnreviewed adds an error for each transform and hook that needs an entry which the list lacks.
func (c *Coverage) refuseUnreviewed(refused *refusals) {
	for _, t := range c.Transforms {
		for _, entry := range c.lacking(t.entries()) {
			reason := "runs code that guard does not inspect and that is not on the reviewed list: " + entry
			hint := "check in a review that the code creates no data at rest without your key, and add " + quoted(entry) + " to the list"
			if t.Verdict == NoCMEK && entry == t.serviceEntry() {
				reason = "writes to a service outside Cloud KMS that is not on the reviewed list: " + entry
				hint = "make sure that the service encrypts its storage with your key, and add " + quoted(entry) + " to the list"
			}
			if len(t.Mentions) > 0 {
				reason += "; its fields name " + cmekpipe.Printable(joined(", ", t.Mentions...))
			}
			refused.add(cmekpipe.Unprotected, t.Path(), reason, hint)
		}
	}
	for _, entry := range c.lacking(c.hookEntries()) {
		refused.add(cmekpipe.Unprotected, entry, "runs code on every worker that is not on the reviewed list",
			"remove the call of hooks.EnableHook, or review the hook and add "+quoted(entry)+" to the list")
	}
	refused.unreviewed = c.Unreviewed()
}

// entries are the entries of the list that a transform needs. One that is unprotected is refused anyway.
func (t Transform) entries() []string {
	if t.Verdict == Unprotected {
		return nil
	}
	entries := slices.Clone(t.UserCode)
	if t.Verdict == NoCMEK {
		entries = append(entries, t.serviceEntry())
	}
	return entries
}

// serviceEntry names a connector and its destination.
func (t Transform) serviceEntry() string {
	if t.Destination == "" {
		return t.Identity
	}
	return t.Identity + " to " + t.Destination
}

func (c *Coverage) hookEntries() []string {
	entries := make([]string, len(c.Hooks))
	for i, name := range c.Hooks {
		entries[i] = "hook " + name
	}
	return entries
}

// lacking returns the entries that are not on the list.
func (c *Coverage) lacking(entries []string) []string {
	return slices.DeleteFunc(entries, func(entry string) bool { return slices.Contains(c.reviewed, entry) })
}

// quoted returns an entry as a string of Go.
func quoted(entry string) string { return strconv.Quote(entry) }
