package guard

import "github.com/cmekpipe/cmekpipe-go/cmekpipe"

// Verdict says what a transform does to data at rest. The zero Verdict is invalid, and [Coverage.Err] refuses it.
type Verdict string

// The verdicts. Their text never changes, so that reports may be compared.
const (
	// Protected: creates data at rest, all of it encrypted with the transform's key.
	Protected Verdict = "protected"
	// ReadsOnly: reads data that exists and creates none.
	ReadsOnly Verdict = "reads-only"
	// Unprotected: creates data at rest without a key that the pipeline names, or may do so; or would overwrite
	// its own output or another transform's, or leave a part of it that looks complete.
	Unprotected Verdict = "unprotected"
	// NoCMEK: writes to a service outside Google Cloud, which no Cloud KMS key can protect. Its operator must encrypt the data.
	NoCMEK Verdict = "no-cmek"
	// Local: writes to the disk or memory of the machine that runs it. On Dataflow that disk is encrypted with the job's
	// key and is deleted with the worker. [Coverage.Err] accepts it, because only a launch knows the runner.
	Local Verdict = "local"
	// Opaque: runs the user's own code, which guard does not inspect: a DoFn, a function that a DoFn of Beam's calls, or a coder.
	Opaque Verdict = "opaque"
	// Neutral: only computes; what a runner stores between steps is encrypted with the job's key.
	Neutral Verdict = "neutral"
)

// Coverage is what [Inspect] found. The zero Coverage, and one decoded from JSON, are invalid: their Err returns an error.
type Coverage struct {
	// Transforms are all of the pipeline's, in the order in which the program made them.
	Transforms []Transform `json:"transforms"`
	// Metadata is what no key covers, whatever the transforms do.
	Metadata Metadata `json:"metadata"`
	// Hooks are the names of Beam's hooks that the program enabled: code that runs on every worker and in no transform.
	Hooks []string `json:"hooks,omitempty"`
	// Beam is the version of Beam that is linked in.
	Beam string `json:"beam"`

	inspected bool
	strict    bool
	reviewed  []string
}

// Transform is one primitive transform and the verdict on it.
type Transform struct {
	// ID is the transform's id in Beam's model of the pipeline: "e5".
	ID string `json:"id"`
	// Scope is the full path of the composite transforms around it: "root/Write/textio.Write". Characters that a terminal would
	// obey are escaped, in Name and Identity too. As in Beam's model, the second of a name in one scope ends in '1.
	Scope string `json:"scope"`
	// Name is the DoFn, function or operation, short: "textio.writeFileFn". With Scope it is unique.
	Name string `json:"name"`
	// Identity is what the verdict is based on: the full name of a Go type or function, or a URN.
	Identity string  `json:"identity"`
	Verdict  Verdict `json:"verdict"`
	// Destination is where it writes or, if it only reads, what it reads, if the graph contains that. It never holds passwords or queries.
	Destination string `json:"destination,omitzero"`
	// Kind is the kind of the Destination. It is valid only if the verdict is Protected.
	Kind cmekpipe.DestinationKind `json:"kind,omitzero"`
	// Key encrypts the destination. It is valid only if the verdict is Protected.
	Key cmekpipe.KeyName `json:"key,omitzero"`
	// AdditionalKeys may encrypt parts of the destination in place of Key, as in a database that several regions hold.
	AdditionalKeys []cmekpipe.KeyName `json:"additionalKeys,omitempty"`
	// UserCode are the identities of code that the transform runs and that guard does not inspect, whatever the verdict: the
	// user's DoFns, functions, coders and statements of SQL, and transforms that an expansion service added.
	UserCode []string `json:"userCode,omitempty"`
	// Mentions are names of resources, such as gs:// URLs, tables and topics, in the fields of the user's DoFn. Nothing says that
	// it writes there. Of other URLs only the scheme is shown: they may hold passwords.
	Mentions []string `json:"mentions,omitempty"`
	// Constants are the fields, or "payload", with which the transform embeds data in the graph. Values are never shown.
	Constants []string `json:"constants,omitempty"`
	// Caveat is what guard does not check of a transform that it accepts.
	Caveat string `json:"caveat,omitzero"`
	// ConflictsWith is the path of an earlier transform that writes the same destination, which makes this one unprotected.
	ConflictsWith string `json:"conflictsWith,omitzero"`
	// Reason says why the verdict is what it is.
	Reason string `json:"reason,omitzero"`
	// Replacement says what to write instead of an unprotected transform.
	Replacement string `json:"replacement,omitzero"`
}

// Path returns scope and name, which is how errors call the transform.
func (t Transform) Path() string { return t.Scope + "/" + t.Name }
