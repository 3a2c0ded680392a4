// Package journal records launches, so that the next launch finds a job whose launcher was killed before it could check the job's
// key, or before it could say that the job runs.
//
// A launch writes a [Record] into the staging location, encrypted with the job's key, before it submits. Later states are marks:
// objects next to the record, because a bucket with a retention policy lets objects be created, but neither changed nor deleted.
//
//	launch    the record: a job of this launch may run, and nobody has checked its key
//	closed    the job's key was confirmed; the mark holds the job's id
//	told      the launcher has returned the job to its caller
//	settled   nothing is left to be found; the record could not be deleted
//
// A record is removed when it is certain that no job runs, or when the job has ended and the launcher's caller knows of it. Every
// launch reads the records of its staging location first, see [Log.CheckRecords]: a job that has the key of its record is left alone,
// any other is cancelled. A record whose job is not visible is followed until the job is found or certain not to come. All of this
// happens for all records at the same time.
//
// A launch that still runs also has a record. That does no harm: both launches check the same job in the same way.
//
// Records hold names, the key's name and hashes, and no user data. Whoever can write to the staging location can write one, so a
// record is never believed about a job: the job must have the label that package jobs makes from the request and the key. One that
// can't be read, as when its key is disabled, is reported and left where it is.
package journal
