// Package launching holds what every launch on Dataflow does around its job, whether the job comes of a pipeline or of a
// template: it finds out where calls would go, reaches the services, looks at buckets and at what earlier launches left
// behind.
package session
