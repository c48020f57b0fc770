package io.keelson.cni;

/**
 * Limits of traffic, seen from the container.
 *
 * @param ingressRate bits a second into the container; zero for no limit
 * @param ingressBurst bits that may pass at once into it
 * @param egressRate bits a second out of the container; zero for no limit
 * @param egressBurst bits that may pass at once out of it
 */
public record Bandwidth(long ingressRate, long ingressBurst, long egressRate, long egressBurst) {
  /** Refuses negative numbers. */
  public Bandwidth {
    if (ingressRate < 0 || ingressBurst < 0 || egressRate < 0 || egressBurst < 0) {
      throw new IllegalArgumentException("bandwidth: rates and bursts are not negative");
    }
  }
}
