package keyedgcs

import "sync"

// parallel is how many objects are copied, read or deleted at a time.
const parallel = 16

// Each calls do for all values, several at a time, and returns the first error. After an error it starts no more calls.
func Each[T any](values []T, do func(T) error) error {
	var running sync.WaitGroup
	slots, failed := make(chan struct{}, parallel), make(chan error, 1)
	for _, v := range values {
		slots <- struct{}{}
		if len(failed) > 0 {
			break
		}
		running.Go(func() {
			if err := do(v); err != nil {
				select {
				case failed <- err:
				default: // not the first error
				}
			}
			<-slots
		})
	}
	running.Wait()
	close(failed)
	return <-failed // nil if there is none
}
