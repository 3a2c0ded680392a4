// Package watch follows jobs on Dataflow to their end and says why a job failed.
//
// What workers wrote into the job's messages may hold elements. It is shown in no line and in no error's text, unless the
// job runs on the loopback cloud.
package watch
