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
// # Whose a temporary object is
//
// The folder's name is drawn on a worker, never while the pipeline is built: a pipeline is the same each time it is built,
// and two runs of one template share no folder. Each instance of Bundle draws one for itself, because no token could reach
// it but by a side input, which would keep the runner from fusing it to what comes before; shards that went through a
// shuffle get one for the run with it. Publish removes everything in the folders that parts come from, which only this
// run writes to, and touches no other. So an object stays behind, under the key, if the runner took no part at all of
// the instance that wrote it.
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
