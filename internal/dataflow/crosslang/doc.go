// Package crosslang prepares transforms of other SDKs for a launch: it checks that the key reaches them, finds the
// environments of their workers, and brings the files that they depend on to this machine: jars, wheels and lists of
// packages. An expansion service names the files and sends them; one that Beam started itself has ended when a pipeline is
// launched, and Beam has put its files on this machine already.
//
// Beam's xlangx.ResolveArtifactsWithConfig does the same for Beam's own launcher. It puts the files of all services and
// all programs into one folder under the names that services choose, where two of the same name overwrite each other,
// and it writes into the pipeline, so that the same pipeline can't be launched again.
//
// # Errors
//
// Errors are [*cmekpipe.Error] about one artifact, by its name and the service's; those of a context stay themselves.
// Corrupted says that the content is not what its SHA-256 says, Unsupported that a file is of a kind that can't be
// fetched, NotFound that it is not on this machine, Unavailable that the service did not answer.
package crosslang
