// Package session holds what every launch on Dataflow does around its job, whether the job comes from a pipeline or from a
// template: it checks where calls would go, connects to the services, checks buckets, and finds jobs of earlier launches.
package session
