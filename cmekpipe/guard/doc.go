// Package guard reads a constructed Beam pipeline and says, for every transform, whether it creates data at rest and
// with which Cloud KMS key. Nothing runs and no service is called.
//
// Most programs need one call, and package launch makes it for them:
//
//	coverage, err := guard.Inspect(p)
//	if err != nil { … }
//	if err := coverage.Err(); err != nil { … } // names each unprotected transform and what to write instead
//
// A [Coverage] prints as text with [Coverage.WriteText] and marshals to JSON. [Refusals] lists the refused transforms of an
// error, with the call that replaces each:
//
//	for _, e := range guard.Refusals(err) {
//		fmt.Println(e.Resource, e.Hint)
//	}
//
// # What is trusted
//
// A transform is identified by the Go type of its DoFn, or by its URN if another SDK runs it. Scope names, labels and
// annotations do not count, because anyone can write them. Three things count as protected: a DoFn of this module that has a
// valid key, a connector of Beam that writes through this module's filesystem, and a BigQuery schema transform whose kms_key
// is a key's name. That transform is protected although its temporary datasets are encrypted with the project's default key,
// which guard does not check; the transform's Reason says so. A connector of Beam or a cross-language transform that the
// catalogue does not know is unprotected, not unknown.
//
// # What is not inspected
//
// The user's own code: a DoFn, CombineFn, coder or predicate may write anywhere. Such transforms are [Opaque] and
// [Coverage.Err] does not refuse them. Coders are not inspected: a GroupByKey of elements with the user's own coder is
// [Neutral]. Nor does guard inspect what is outside the graph: the runner's options, the staged files, and whether the
// buckets, tables and topics that are read are encrypted with a key.
//
// # Defaults
//
// There are no options. Err refuses a Coverage that Inspect did not return, such as one read from JSON.
//
// # Permissions
//
// None: no service is called.
//
// # Errors
//
// [Inspect] fails with code InvalidOptions when the pipeline can't be built. [Coverage.Err] has code Unprotected.
//
// # Concurrency
//
// Inspect only reads the pipeline and may be called repeatedly, but not while another goroutine adds to it. A Coverage may
// be read by several goroutines at once.
//
// # Testing
//
// Build the pipeline in a unit test and compare Coverage.Err with nil; no fake and no runner is needed.
package guard
