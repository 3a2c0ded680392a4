package guard

import (
	"fmt"
	"path"
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
	// method is the method of a key that creates the destination, for a replacement that can be written out. May be "".
	method string
	// place finds the destination among what the graph holds of the transform. It returns no secret. May be nil.
	place func(values) string
	// refine changes the finding where the verdict depends on what the graph holds. May be nil.
	refine func(values, *Transform)
}

func (e entry) apply(v values, t *Transform) {
	t.Verdict, t.Reason, t.Replacement = e.verdict, e.reason, e.replacement
	if e.place != nil {
		t.Destination = e.place(v)
	}
	if e.refine != nil {
		e.refine(v, t)
	}
	if t.Verdict == Unprotected && t.Replacement == e.replacement {
		t.Replacement += e.exactly(t.Destination)
	}
}

// exactly returns the call that replaces the transform, with its own destination.
func (e entry) exactly(destination string) string {
	if e.method == "" || destination == "" || strings.Contains(destination, "…") {
		return ""
	}
	call, _, _ := strings.Cut(path.Base(e.replacement), " ")
	return fmt.Sprintf(": %s(s, key.%s(%q), …)", call, e.method, destination)
}

// catalogue holds the entries by identity.
type catalogue map[string]entry

func newCatalogue() catalogue {
	c := catalogue{}
	for _, entries := range [][]entry{
		files(), bigQuery(), databases(), messaging(), healthcare(), logging(), sources(), helpers(), external(),
	} {
		for _, e := range entries {
			c[e.identity] = e
		}
	}
	return c
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
