package bigtableio

import "time"

// LookAgainEvery sets how old a look at the keys may be.
func LookAgainEvery(d time.Duration) WriteOption { return func(o *writeOptions) { o.every = d } }
