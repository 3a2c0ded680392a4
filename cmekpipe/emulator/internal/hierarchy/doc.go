// Package hierarchy holds the organizations, folders and projects of the loopback cloud: what Resource Manager reports, and
// what policies are inherited through.
//
// Projects have ids and numbers; a [Tree] accepts both and names a project by its id. Every well-formed project id exists,
// without a parent, until it is added with one or removed. Organizations and folders exist once they are added.
//
// # Concurrency
//
// A Tree is safe for concurrent use.
package hierarchy
