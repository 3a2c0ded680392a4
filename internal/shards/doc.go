// Package shards writes collections to Cloud Storage as objects that are encrypted with a key, in any format.
//
// A file connector provides a [Format] and its own DoFns, which embed those of this package:
//
//	type bundleFn struct { shards.WriteBundle[string, lines] }
//
// so that Beam has a concrete type to register, and guard a type of this module that names its destination. For each write
// the connector's function creates a [Builder] and calls [Builder.WriteOne] or [Builder.WriteSharded], which add the steps
// to the pipeline.
//
// # Steps of a sharded write
//
// Each bundle ([WriteBundle]), or each numbered shard ([AssignShards], [ListShards], [WriteShard]), is written to a
// temporary object that is encrypted with the key, in a folder next to the prefix. When all are complete, one step
// ([Publish]) copies them to their final names inside Cloud Storage, all or none, and deletes the temporary objects. It may
// be repeated at any point and run twice at once. One object is written as one numbered shard. Windowed, triggered or unbounded
// input is written by [WritePane] to temporary objects, which [PublishPane] copies to names that contain the window and the
// pane and [DeletePane] deletes.
//
// # Temporary objects
//
// Folder names are random and drawn on a worker, never while the pipeline is built, because a pipeline must be the same
// each time it is built and two runs of one template must not share a folder. Each instance of WriteBundle draws its own:
// a shared one could reach it only by a side input, which would keep the runner from fusing the step with the one before.
// Shards that go through a shuffle get one folder for the run from ListShards. Publish deletes everything in the folders
// that parts come from, which only this run writes to, and nothing else. Before that, the
// witness, an object that [ListShards] asks for, shows that the run is not complete. So a temporary object is left behind, encrypted
// with the key, if the runner discarded every part of the instance that wrote it.
//
// # Errors
//
// Errors are [*cmekpipe.Error]. While a pipeline is built they are panics; on a worker they fail the bundle. An error of a
// format without operation and resource gets those of the write.
//
// # Concurrency
//
// As in Beam, one goroutine uses each instance of a DoFn. Each instance that writes has one client, one open object and
// about 17 MiB of buffers, in addition to those of the format.
package shards
