// Package restapi serves the loopback APIs over HTTP whose methods are those of Google's discovery documents: it finds a
// request's method by verb and path, refuses what a client sets and the API ignores, applies the faults and answers errors.
// An API is a table of [Method].
package restapi
