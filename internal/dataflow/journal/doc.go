// Package unfinished remembers launches that are about to submit a job, so that the next launch finds what one left behind
// that was killed before it could prove the job's key.
//
// A launch writes a [Record] into the staging location, under the key, before it submits, and removes it when the key is
// proven or it is certain that no job runs. Whatever kills the launcher in between, the record stays, and with it the
// client request id by which package dataflowjob finds the job. Every launch reads the records of its staging location
// first, see [Log.Recover]: a job under the key of its record is proven belatedly, any other is cancelled.
//
// A record of a launch that still lives is found too, for the seconds that it takes. That does no harm: both launches do
// the same.
//
// Records hold names, the key's name and hashes, and no user data. One that can't be read, as when its key is disabled, is
// reported and left where it is.
package journal
