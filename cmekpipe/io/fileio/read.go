package fileio

import (
	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/fileio"
)

// ReadableFile is a file that its methods open or read whole, decompressed.
type ReadableFile = fileio.ReadableFile

// ReadOptionFn says how [ReadMatches] treats compression and directories. Default: [ReadAutoCompression] and
// [ReadDirectorySkip].
type ReadOptionFn = fileio.ReadOptionFn

// ReadAutoCompression takes files whose names end in ".gz" for compressed with gzip.
func ReadAutoCompression() ReadOptionFn { return fileio.ReadAutoCompression() }

// ReadGzip takes all files for compressed with gzip.
func ReadGzip() ReadOptionFn { return fileio.ReadGzip() }

// ReadUncompressed takes no file for compressed.
func ReadUncompressed() ReadOptionFn { return fileio.ReadUncompressed() }

// ReadDirectorySkip leaves out files whose names end in "/" or "\".
func ReadDirectorySkip() ReadOptionFn { return fileio.ReadDirectorySkip() }

// ReadDirectoryDisallow takes a name that ends in "/" or "\" for an error.
func ReadDirectoryDisallow() ReadOptionFn { return fileio.ReadDirectoryDisallow() }

// ReadMatches makes a PCollection<ReadableFile> of a PCollection<FileMetadata>. It is Beam's own; nothing is read before a
// method of ReadableFile is called.
func ReadMatches(s beam.Scope, col beam.PCollection, opts ...ReadOptionFn) beam.PCollection {
	return fileio.ReadMatches(s, col, opts...)
}
