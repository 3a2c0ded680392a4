package guard

import (
	"fmt"
	"slices"
	"strings"
)

// entry is what is known about one connector: a row of the catalogue.
type entry struct {
	// identity is a Go name below Beam's path ("/io/textio.writeFileFn"), a URN, or a schema transform's identifier.
	identity    string
	verdict     Verdict
	reason      string
	replacement string
	// call writes the call that replaces the transform as Go code, as far as the graph holds its arguments. May be nil.
	call func(values) string
	// sharded is call for a writer of one fixed name whose input arrives in several panes. Nil for all others.
	sharded func(values) string
	// local is the reason for verdict Local where the runner runs the pipeline in this process. "" for no such difference.
	local string
	// caveat says what guard does not check of a transform that it accepts. May be "".
	caveat string
	// place finds the destination among what the graph holds of the transform. It returns no secret. May be nil.
	place func(values) string
	// refine changes the finding where the verdict depends on what the graph holds. May be nil.
	refine func(values, *Transform)
}

func (e entry) apply(v values, inThisProcess bool, t *Transform) {
	t.Verdict, t.Reason, t.Replacement, t.Caveat = e.verdict, e.reason, e.replacement, e.caveat
	if e.place != nil {
		t.Destination = e.place(v)
	}
	if e.refine != nil {
		e.refine(v, t)
	}
	if e.local != "" && inThisProcess {
		t.Verdict, t.Reason, t.Replacement, t.Destination = Local, e.local, "", "the log of this process"
	}
	if t.Verdict == Unprotected && t.Replacement == e.replacement && e.call != nil {
		t.Replacement += ": " + e.call(v)
	}
}

// judgePartial refuses a protected writer of one fixed name for an input in several panes, and gives one that is refused
// anyway the replacement for such an input.
func (e entry) judgePartial(partial string, v values, t *Transform) {
	replacement := "use the connector's sharded form, which puts window and pane into the name: " + connectorPath + e.sharded(v)
	switch t.Verdict {
	case Protected:
		t.refuse(overwrites(partial), replacement)
	case Unprotected:
		t.Replacement = replacement
	}
}

const connectorPath = "github.com/cmekpipe/cmekpipe-go/cmekpipe/io/"

// connectors are the packages of this module that replace Beam's.
func connectors() []string {
	return []string{
		"avroio",
		"bigqueryio",
		"bigtableio",
		"datastoreio",
		"fhirio",
		"fileio",
		"parquetio",
		"pubsubio",
		"spannerio",
		"textio",
		"xlang/bigqueryio",
	}
}

// ours returns the advice to use a connector of this module, or what to do if there is none.
func ours(call, destination string) string {
	if name, _, _ := strings.Cut(call, "."); !slices.Contains(connectors(), name) {
		return "remove this call: this module has no " + call +
			"; text can be written with " + connectorPath + "textio.WriteSharded"
	}
	return "use " + connectorPath + call + " with " + destination + " created from a key"
}

// created writes a destination that is created from a key as Go code. A name that the graph does not hold is a placeholder in
// capital letters.
func created(method, name, placeholder string) string {
	return fmt.Sprintf("key.Must%s(%q)", method, known(name, placeholder))
}

// known returns a name if the whole of it may be shown, and otherwise a placeholder.
func known(name, placeholder string) string {
	if name == "" || strings.Contains(name, "…") {
		return placeholder
	}
	return name
}

func unknownConnector() entry {
	return entry{verdict: Unprotected, reason: "got a connector of Beam that this version does not know",
		replacement: "use a version of this module that knows the Beam in go.mod, or a connector of this module"}
}

// joined returns the parts with separators, or "" if one of them is missing.
func joined(separator string, parts ...string) string {
	if slices.Contains(parts, "") {
		return ""
	}
	return strings.Join(parts, separator)
}
