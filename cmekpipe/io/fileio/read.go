package fileio

import (
	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/fileio"
)

// ReadableFile is Beam's type for a file whose methods open or read it, decompressed.
type ReadableFile = fileio.ReadableFile

// ReadOption is Beam's ReadOptionFn. It sets how [ReadMatches] treats compression and directories. Default:
// [ReadAutoCompression] and [ReadDirectorySkip].
type ReadOption = fileio.ReadOptionFn

// ReadAutoCompression decompresses files whose names end in ".gz".
func ReadAutoCompression() ReadOption { return fileio.ReadAutoCompression() }

// ReadGzip treats every file as compressed with gzip.
func ReadGzip() ReadOption { return fileio.ReadGzip() }

// ReadUncompressed treats every file as uncompressed.
func ReadUncompressed() ReadOption { return fileio.ReadUncompressed() }

// ReadDirectorySkip skips names that end in "/" or "\".
func ReadDirectorySkip() ReadOption { return fileio.ReadDirectorySkip() }

// ReadDirectoryDisallow fails the job for a name that ends in "/" or "\".
func ReadDirectoryDisallow() ReadOption { return fileio.ReadDirectoryDisallow() }

// ReadMatches returns a PCollection<ReadableFile> for a PCollection<FileMetadata>. It is Beam's own function. A file is
// read when a method of its ReadableFile is called.
func ReadMatches(s beam.Scope, col beam.PCollection, opts ...ReadOption) beam.PCollection {
	return fileio.ReadMatches(s, col, opts...)
}
