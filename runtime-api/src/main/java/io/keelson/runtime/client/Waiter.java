package io.keelson.runtime.client;

import java.time.Duration;

/** The passing of time between attempts. */
interface Waiter {
  /** Time that really passes. */
  Waiter SYSTEM =
      new Waiter() {
        @Override
        public long nanoTime() {
          return System.nanoTime();
        }

        @Override
        public void pause(Duration duration) throws InterruptedException {
          Thread.sleep(duration);
        }
      };

  /** A time whose differences are elapsed nanoseconds. */
  long nanoTime();

  /** Waits. */
  void pause(Duration duration) throws InterruptedException;
}
