// Package fileio finds and reads files on Cloud Storage and on the local filesystem. It writes nothing, so it needs no key.
//
// Most people need [MatchFiles] and [ReadMatches]. They are named and used as in Beam's fileio, with the same types, so that
// adopting this package means changing an import path:
//
//	files := fileio.ReadMatches(s, fileio.MatchFiles(s, "gs://bank-records/in/*.csv.gz"))
//	beam.ParDo(s, parseFn, files) // parseFn processes a fileio.ReadableFile
//
// They differ from Beam's in the files that they find on gs://. Beam's filesystem parses an object's name as a URL: of two
// objects "day" and "day?1" it reads "day" twice and the other never, and it cuts a pattern at the first "?". For patterns
// with a bracket before the first "*", such as "day-[0-4]*", it finds nothing. This package finds every object and reads it
// as itself.
//
// # Defaults
//
// A pattern is one name that may contain "*" and "?", which do not match slashes, "**", which does, and "[ab]" or "[!ab]". A
// pattern that matches nothing is an error unless it contains "*"; see [MatchEmptyAllow] and [MatchEmptyDisallow]. Files
// whose names end in ".gz" are decompressed, all of their members; names that end in a slash count as directories and are
// skipped, even if an object of such a name holds data.
//
// In a gs:// pattern, "%" starts a hexadecimal escape, as in Beam's: write "%25" for a percent sign. The Path of an object
// whose name contains "?", "#" or "%" has these escaped, the form in which Beam's filesystem opens it. All other names, and
// those of other filesystems, are unchanged. A pattern also matches the object of exactly that name.
//
// # Permissions
//
// The worker's service account needs storage.objects.get and list on the bucket, both included in
// roles/storage.objectViewer. Cloud Storage decrypts objects; its service agent needs
// roles/cloudkms.cryptoKeyEncrypterDecrypter on the key that an object is encrypted with.
//
// # Errors
//
// An empty pattern, a malformed gs:// URL or an unknown scheme panics with a [*cmekpipe.Error] when the pipeline is built.
// Finding files fails with a *cmekpipe.Error, which [cmekpipe.FindError] finds in the text of the job's error: NotFound for
// a missing bucket or a pattern that matches nothing, InvalidName for a malformed pattern, PermissionDenied, KeyDisabled or
// KeyDenied. An object that is removed after it was listed fails the bundle as well; the runner retries it.
//
// # Concurrency
//
// One worker finds the files of a pattern, with two requests for each; all workers read them.
//
// # Testing
//
// Package cmektest starts a local Cloud Storage, and connects pipelines on Prism and the direct runner to it.
package fileio
