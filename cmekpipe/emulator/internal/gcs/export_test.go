package gcs

// Exports for the fuzz targets of the external tests.

// Target is a parsed path.
type Target = target

// ParsePath parses an escaped path.
func ParsePath(escaped string) Target { return parsePath(escaped) }

// Parts returns what the path names.
func (t target) Parts() (kind, bucket, object string) { return string(t.kind), t.bucket, t.object }

// ParseRange parses a Range header.
func ParseRange(header string, size int64) (from, to int64, partial, satisfiable bool) {
	r, partial, satisfiable := parseRange(header, size)
	return r.from, r.to, partial, satisfiable
}

// ParseContentRange parses a Content-Range header.
func ParseContentRange(header string) (first, last, total int64, err error) {
	r, err := parseContentRange(header)
	return r.first, r.last, r.total, err
}

// CompileGlob compiles a matchGlob.
func CompileGlob(glob string) (func(string) bool, error) { return compileGlob(glob) }

// SelectFields applies a parameter fields to an answer.
func SelectFields(fields string, answer any) (any, error) {
	s, err := parseFields(fields)
	if err != nil {
		return nil, err
	}
	return s.of(answer)
}
