/** A listener could not be opened; the message names address, port and flag. */
export class ListenError extends Error {
  override readonly name = 'ListenError'
}

/**
 * What the system says of a listener, for people.
 * @param flag what chooses another port
 */
export function listenError(
  cause: NodeJS.ErrnoException,
  where: string,
  flag: string,
): ListenError {
  const reasons: Readonly<Record<string, string>> = {
    EADDRINUSE: 'the port is in use',
    EACCES: 'this port needs more rights',
    EADDRNOTAVAIL: 'the address is not of this machine',
    ENOTFOUND: 'the host name is not known',
  }
  const reason = reasons[cause.code ?? ''] ?? cause.message
  return new ListenError(`cannot listen on ${where}: ${reason}; choose another with ${flag}`, {
    cause,
  })
}
