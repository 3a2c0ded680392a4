// Package bigquery is a loopback BigQuery over HTTP: datasets, tables, their rows, and jobs that load, query, copy and
// extract. The Storage Read and Write APIs are package storage beside it; both work on one [store.Store].
//
// # What it enforces
//
// Keys as Google's documentation has it: a table's key is named by its creation, else it is the default of the dataset,
// else that of the project; an existing table keeps it; a key must lie where the dataset does and be usable by the
// account of the project that owns the table, for every read and write. A job's temporary result is a table too and has
// its line in the ledger.
//
// # What it leaves out
//
// Views, external tables, snapshots, models, routines, row access policies, IAM policies and quotas. What it does not know
// it refuses. Jobs are done when jobs.insert answers, though they show it only when asked again.
package bigquery
