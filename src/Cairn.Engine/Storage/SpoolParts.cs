namespace Cairn.Engine.Storage;

/// <summary>
/// The three stores that a spool is made of (docs/design/spool.md): each durable, atomic and local. Borrowed.
/// </summary>
/// <param name="Known">What this machine knows of the repository: copies of its small objects.</param>
/// <param name="Hot">What is to be pushed into the usual storage class, and records of the spool's own.</param>
/// <param name="Data">Packs that are to be pushed with <see cref="PutOptions.IsData"/>.</param>
public sealed record SpoolParts(IObjectStore Known, IObjectStore Hot, IObjectStore Data);
