// Package sql executes a subset of GoogleSQL over rows in memory, for the loopback BigQuery.
//
// [Parse] reads a query, [Query.Kind] says what sort of statement it is, so that a caller may refuse scripts and DDL as
// BigQuery does, [Query.Tables] names what it reads. [Query.Prepare] checks names and types against a [Catalog] and
// gives a [Plan], which knows the schema of its result before it runs, as a dry run needs it. [Filter] compiles the
// row_restriction of the Storage Read API with the same expressions.
//
// # What it executes
//
// SELECT with expressions, aliases and a star FROM one table, WHERE, GROUP BY with COUNT, SUM, AVG, MIN and MAX, ORDER BY,
// LIMIT, OFFSET, named and positional parameters, literals of all scalar types, arithmetic, comparison, AND, OR, NOT, IN,
// BETWEEN, IS, CAST and fields of structs. Anything else is refused by name with an [Error] that is Unsupported; nothing
// is executed in part or by guess. For other queries a test registers the rows.
//
// # Values
//
// A [Value] is nil for NULL, else of the Go type that [Kind] names. A struct is a []Value in the order of its fields, an
// array a []Value.
//
// # Concurrency
//
// A Query and a Plan are immutable and may be used by many goroutines. A Plan reads each table once per run.
package sql
