// Package fileio finds files and reads them, and writes nothing: no function of it takes a key.
//
// Most people need [MatchFiles] and [ReadMatches]. They are named and used as in Beam's fileio, with the same types, so
// that adopting this package is an import path:
//
//	files := fileio.ReadMatches(s, fileio.MatchFiles(s, "gs://bank-records/in/*.csv.gz"))
//	beam.ParDo(s, parseFn, files) // takes a fileio.ReadableFile
//
// They differ from Beam's in what they find on gs://. Beam's filesystem takes an object's name for a URL: of two objects
// "day" and "day?1" it reads "day" twice and the other never, and a pattern ends for it at the first "?". Of patterns with a
// bracket before the first "*", such as "day-[0-4]*", it finds nothing. Here every object is found and read as itself.
//
// # Defaults
//
// A pattern is one name that may hold "*" and "?", which stop at slashes, "**", which does not, and "[ab]" or "[!ab]".
// A pattern without a match is an error unless it holds "*"; see [MatchEmptyAllow]. Files whose names end in ".gz" are
// decompressed, all of their members; names that end in a slash count as directories and are skipped, even where an object
// of such a name holds data.
//
// In a gs:// pattern "%" begins a character in hexadecimal, as it does for Beam: write "%25" for a percent sign. The Path
// of an object whose name holds "?", "#" or "%" has these written in that way, which is how Beam's filesystem opens it. All
// other names, and those of other filesystems, are as they are. A pattern stands for the object of just that name too.
//
// # Permissions
//
// The worker's service account needs storage.objects.get and list on the bucket, both of which
// roles/storage.objectViewer holds. What it reads is decrypted by Cloud Storage, whose service agent needs
// roles/cloudkms.cryptoKeyEncrypterDecrypter on the key that the object rests under.
//
// # Errors
//
// Looking for files on gs:// fails with a [*cmekpipe.Error], which [cmekpipe.FindError] finds in the text of the job's
// error: NotFound for a missing bucket or a pattern without a match, InvalidName for a pattern that is none,
// PermissionDenied, KeyDisabled or KeyDenied. An object that is removed between being found and being looked at fails the
// bundle as well; the runner tries again.
//
// # Concurrency
//
// The files of one pattern are found by one worker, with two requests for each; they are read on all workers.
//
// # Testing
//
// Package cmektest starts a loopback Cloud Storage, and points workers on Prism and the direct runner at it.
package fileio
