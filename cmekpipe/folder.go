package cmekpipe

import "strings"

// Folder is a folder in Cloud Storage: a bucket and a prefix of object names. [Options.TempLocation] and
// [Options.StagingLocation] return one. It is comparable; the zero Folder names nothing. [Path] is the same with a region
// in its type.
type Folder struct{ bucket, prefix string }

// Bucket returns the bucket's name.
func (f Folder) Bucket() string { return f.bucket }

// Prefix returns what the names of the folder's objects start with, without a slash at the end; "" for a whole bucket.
func (f Folder) Prefix() string { return f.prefix }

// Valid reports whether f names a folder: it is false for the zero Folder only.
func (f Folder) Valid() bool { return f.bucket != "" }

// String returns the URL "gs://bucket/prefix" without a slash at the end; "" for the zero Folder.
func (f Folder) String() string {
	switch {
	case f.bucket == "":
		return ""
	case f.prefix == "":
		return gsScheme + f.bucket
	}
	return gsScheme + f.bucket + "/" + f.prefix
}

// folder returns a folder inside f. The zero Folder has none.
func (f Folder) folder(name string) Folder {
	if !f.Valid() {
		return f
	}
	return Folder{f.bucket, strings.TrimPrefix(f.prefix+"/"+name, "/")}
}

// splitFolder parses the gs:// URL of a folder or of a whole bucket.
func splitFolder(url string) (Folder, fault) {
	bucket, prefix, f := splitURL(url)
	if f.reason != "" {
		return Folder{}, f
	}
	prefix = strings.TrimRight(prefix, "/")
	if prefix == "" {
		return Folder{bucket: bucket}, fault{}
	}
	if f := checkObjectName(prefix); f.reason != "" {
		return Folder{}, f
	}
	if strings.TrimSpace(prefix) != prefix {
		fixed := strings.Trim(strings.TrimSpace(prefix), "/")
		return Folder{}, fault{reason: "got white space around the folder's name, want none"}.
			correctedTo(Folder{bucket, strings.TrimSpace(fixed)}.String())
	}
	return Folder{bucket, prefix}, fault{}
}
