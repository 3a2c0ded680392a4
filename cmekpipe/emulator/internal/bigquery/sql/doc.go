// Package sql executes a subset of GoogleSQL over rows in memory, for the loopback BigQuery.
//
// [Parse] reads a query, [Query.Kind] says what sort of statement it is, so that a caller may refuse scripts and DDL as
// BigQuery does, [Query.Tables] names what it reads. [Query.Prepare] checks names and types against a [Catalog] and
// gives a [Plan], which knows the schema of its result before it runs, as a dry run needs it. [Filter] compiles the
// row_restriction of the Storage Read API with the same expressions.
//
// # What it executes
//
// SELECT [DISTINCT] with expressions, aliases and stars, FROM one table or subquery and INNER, LEFT, CROSS joins with ON
// or USING, WHERE, GROUP BY with COUNT, SUM, MIN, MAX, AVG and COUNT(DISTINCT), HAVING, ORDER BY, LIMIT, OFFSET, UNION
// ALL, named and positional parameters, literals of all scalar types, arithmetic, comparison, AND, OR, NOT, IN, BETWEEN,
// LIKE, IS, CASE, CAST, SAFE_CAST, fields of structs, and the functions of [Functions]. Anything else is refused with
// "the loopback BigQuery does not execute …"; nothing is executed in part or by guess.
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
