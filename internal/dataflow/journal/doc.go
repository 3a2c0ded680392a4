// Package journal records launches that are about to submit a job, so that the next launch finds a job whose launcher was
// killed before it could check the job's key.
//
// A launch writes a [Record] into the staging location, encrypted with the job's key, before it submits. It removes the
// record when the job's key is confirmed, or when it is certain that no job runs. If the launcher is killed in between, the
// record stays, and with it the client request id by which package jobs finds the job. Every launch reads the records of its
// staging location first, see [Log.Recover]: a job that has the key of its record is left alone, any other is cancelled.
//
// A launch that still runs also has a record for some seconds. That does no harm: both launches check the same job in the
// same way.
//
// Records hold names, the key's name and hashes, and no user data. One that can't be read, as when its key is disabled, is
// reported and left where it is.
package journal
