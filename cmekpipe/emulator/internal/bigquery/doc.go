// Package bigquery is a loopback BigQuery over HTTP: datasets, tables, their rows, and jobs that load, query, copy and
// extract. The Storage Read and Write APIs are package storage; both serve one [store.Store].
//
// # What it enforces
//
// Keys as Google documents them: a table is encrypted with the key that its creation names, else with the default key of
// its dataset; an existing table keeps its key; a key must be in the location of the dataset and usable by the account of
// the project that owns the table, for every read and write. A job's temporary result is a table too and has its line in
// the ledger.
//
// # What it leaves out
//
// Views, external tables, snapshots, models, routines, row access policies, IAM policies and the quotas of jobs. It refuses
// what it does not have; a call that it doesn't serve is answered with status 501 and the call's name. Jobs are done when
// jobs.insert answers, but show it only in jobs.get.
package bigquery
