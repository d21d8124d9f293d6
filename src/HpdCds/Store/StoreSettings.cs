using System.Data.Common;

namespace HpdCds.Store;

/// <summary>Where decisions and feedback are kept and for how long, as written.</summary>
public sealed class StoreSettings
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    /// <summary>A file of SQLite (<c>Data Source=...</c>, relative to the service's folder) or PostgreSQL (<c>Host=...</c>). A secret where it holds a password.</summary>
    public string Connection { get; init; } = "Data Source=hpdcds.db";

    public TimeSpan KeepDecisions { get; init; } = 730 * Day;

    /// <summary>How long the free text of feedback is kept; the rest of it stays as long as its decision.</summary>
    public TimeSpan KeepComments { get; init; } = 180 * Day;

    /// <summary>How long an answer waits for the store before it goes without.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>How many decisions wait in memory while the store is away; what comes then is lost, and counted.</summary>
    public int MostWaiting { get; init; } = 10_000;

    /// <summary>
    /// Where what the store did not take waits for the next start, relative to the service's folder. Without it, beside a file of
    /// SQLite, and with PostgreSQL nowhere: then it is lost.
    /// </summary>
    public string? SpillDirectory { get; init; }

    /// <summary>A PKCS#12 file whose key protects the keys that free text is encrypted with.</summary>
    public string? KeyCertificate { get; init; }

    public string? KeyCertificatePassword { get; init; }

    internal bool IsPostgres => Parts()?.ContainsKey("Host") == true;

    internal IEnumerable<string> Faults()
    {
        if (Parts() is not { } parts || parts.ContainsKey("Host") == parts.ContainsKey("Data Source"))
            yield return "Connection must name either a Data Source (SQLite) or a Host (PostgreSQL)";
        if (KeepDecisions < Day || KeepComments < TimeSpan.Zero)
            yield return "KeepDecisions must be at least a day, KeepComments not below zero";
        if (Patience <= TimeSpan.Zero || Patience > TimeSpan.FromSeconds(2))
            yield return "Patience must lie above zero and not above two seconds";
        if (MostWaiting < 1)
            yield return "MostWaiting must be at least 1";
        if (SpillDirectory is not null && string.IsNullOrWhiteSpace(SpillDirectory))
            yield return "SpillDirectory is empty";
    }

    private DbConnectionStringBuilder? Parts()
    {
        try
        {
            return new() { ConnectionString = Connection };
        }
        catch (ArgumentException)
        {
            return null;
        }
    }
}
