package gcs

import (
	"strconv"
	"strings"
)

// contentRange is the part of an upload that a request carries. The zero contentRange is invalid.
type contentRange struct {
	first, last int64
	total       int64 // unknown until the client sends it
}

const (
	unknown = -1
	// whole is the value of first for a request without a range, which carries all bytes.
	whole = -2
)

// isQuery reports whether the request carries no bytes and queries the upload's progress.
func (r contentRange) isQuery() bool { return r.first == unknown }

// parseContentRange reads "bytes 0-99/100", "bytes 0-99/*", "bytes */100" and "bytes */*".
func parseContentRange(header string) (contentRange, error) {
	if header == "" {
		return contentRange{first: whole, last: whole, total: unknown}, nil
	}
	bad := invalid("Invalid Content-Range: got %q", header)
	spec, found := strings.CutPrefix(header, "bytes ")
	span, total, slash := strings.Cut(spec, "/")
	if !found || !slash {
		return contentRange{}, bad
	}
	r := contentRange{first: unknown, last: unknown, total: unknown}
	var ok bool
	if total != "*" {
		if r.total, ok = parseNatural(total); !ok {
			return contentRange{}, bad
		}
	}
	if span == "*" {
		return r, nil
	}
	first, last, _ := strings.Cut(span, "-")
	var okFirst, okLast bool
	r.first, okFirst = parseNatural(first)
	r.last, okLast = parseNatural(last)
	if !okFirst || !okLast || r.last < r.first {
		return contentRange{}, bad
	}
	return r, nil
}

// byteRange is the half-open range [from, to) of an object's bytes.
type byteRange struct{ from, to int64 }

// parseRange parses "bytes=0-99", "bytes=100-" and "bytes=-100" for an object of a size. Any other header, one with
// several ranges included, means all bytes and is not partial. A range after the end of the object is not satisfiable.
func parseRange(header string, size int64) (r byteRange, partial, satisfiable bool) {
	all := byteRange{0, size}
	spec, found := strings.CutPrefix(header, "bytes=")
	first, last, dash := strings.Cut(spec, "-")
	if !found || !dash {
		return all, false, true
	}
	from, okFrom := parseNatural(first)
	to, okTo := parseNatural(last)
	switch {
	case first == "" && okTo:
		return byteRange{max(0, size-to), size}, true, to > 0 && size > 0
	case okFrom && last == "":
		return byteRange{from, size}, true, from < size
	case okFrom && okTo && from <= to:
		return byteRange{from, min(to, size-1) + 1}, true, from < size
	}
	return all, false, true
}

// parseNatural parses a whole number without a sign.
func parseNatural(s string) (int64, bool) {
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil && n >= 0 && s[0] != '+' && s[0] != '-'
}
