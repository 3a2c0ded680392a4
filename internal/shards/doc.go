// Package shards writes collections to Cloud Storage as objects under a key, whatever the format of the objects is.
//
// A connector of files brings a [Format] and DoFns of its own, which embed the ones of this package:
//
//	type bundleFn struct { shards.Bundle[string, lines] }
//
// so that Beam finds a concrete type to register, and guard a type of this module that names its destination. It
// describes each of its functions by a [Call], and leaves it to [Call.WriteOne] or [Call.WriteSharded] to put the steps
// into the pipeline.
//
// # How shards come to be
//
// Each bundle ([Bundle]), or each numbered shard ([Deal], [Members], [Numbered]), becomes a temporary object under the key,
// in a folder beside the prefix. When all are there, one step ([Publish]) gives them their names by copies inside Cloud
// Storage, all or none, and removes what is temporary. It may be repeated at any point. Windowed, triggered or unbounded
// input is written by [Pane], straight to names that hold the window and the pane.
//
// # Errors
//
// Errors are [*cmekpipe.Error]. When a pipeline is built they are panics; on a worker they end the bundle. An error of a
// format that names no operation and resource gets those of the write.
//
// # Concurrency
//
// As Beam has it: one goroutine for each instance of a DoFn. Each instance that writes holds one client, one open object
// and about 17 MiB of buffers, besides those of the format.
package shards
