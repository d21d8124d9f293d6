using System.Collections.Concurrent;
using System.Text.Json;
using HpdCds.Knowledge;
using Microsoft.Extensions.Configuration.Json;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Primitives;

namespace HpdCds.Trust;

/// <summary>
/// The EHRs as the settings have them now: a changed settings file counts at once, so that a kill switch needs no restart.
/// Settings that are not usable change nothing; what is wrong with them is logged, and readiness says so. While a file is cut
/// or gone, what the others say counts only where it goes less far than before: what that file switched off stays off.
/// </summary>
public sealed partial class CurrentTrust : IHealthCheck, IDisposable
{
    private const string SeeTheLog = "see the log";

    private static readonly JsonDocumentOptions AsSettingsAreRead = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    private readonly IConfiguration _configuration;
    private readonly IHostEnvironment _environment;
    private readonly KnowledgeBase _knowledge;
    private readonly ILogger _log;
    private readonly IDisposable _watch;
    private readonly ConcurrentDictionary<FileConfigurationSource, bool> _known = new();
    private volatile TrustTable _table;
    private volatile string? _fault;

    public CurrentTrust(TrustTable first, IConfiguration configuration, IHostEnvironment environment, KnowledgeBase knowledge, ILogger<CurrentTrust> log)
    {
        (_table, _configuration, _environment, _knowledge, _log) = (first, configuration, environment, knowledge, log);
        foreach (var file in (configuration as IConfigurationBuilder)?.Sources.OfType<FileConfigurationSource>() ?? [])
            file.OnLoadException = NoteUnreadable;
        Faults();
        _watch = ChangeToken.OnChange(configuration.GetReloadToken, Reload);
    }

    public TrustTable Table => _table;

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(_fault is { } fault ? HealthCheckResult.Degraded($"changed settings are not in use: {fault}") : HealthCheckResult.Healthy());

    public void Dispose() => _watch.Dispose();

    // Nobody is told that anything changed then.
    private void NoteUnreadable(FileLoadExceptionContext failed)
    {
        _fault = SeeTheLog;
        Unreadable(_log, failed.Provider.Source.Path, failed.Exception.GetType().Name);
    }

    /// <summary>What is wrong with the files themselves. A file that was there once and cannot be read counts as empty for whoever reads on.</summary>
    private string[] Faults() => [.. (_configuration as IConfigurationRoot)?.Providers.OfType<FileConfigurationProvider>().Select(FaultOf).OfType<string>() ?? []];

    private string? FaultOf(FileConfigurationProvider file)
    {
        var found = file.Source.FileProvider?.GetFileInfo(file.Source.Path ?? "");
        if (found is not { Exists: true })
            return _known.ContainsKey(file.Source) ? $"{file.Source.Path} is gone" : null;
        _known[file.Source] = true;
        return file.Source is JsonConfigurationSource && !IsJson(found) ? $"{file.Source.Path} cannot be read" : null;
    }

    private static bool IsJson(Microsoft.Extensions.FileProviders.IFileInfo file)
    {
        try
        {
            using var content = file.CreateReadStream();
            using var json = JsonDocument.Parse(content, AsSettingsAreRead);
            return true;
        }
        catch (Exception broken) when (broken is JsonException or IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private void Reload()
    {
        try
        {
            var faults = Faults();
            var table = SiteSettings.Read(_configuration).Check(_environment, _knowledge.Wordings.Keys);
            if (table.IsAnonymous != _table.IsAnonymous || table.PublicBase != _table.PublicBase)
                throw new InvalidSettingsException([$"{SiteSettings.Section}: the first Issuer and PublicBaseUrl decide who can reach this service and change only with a restart", .. faults]);
            _table = faults.Length == 0 ? table : _table.NoFurtherThan(table);
            if (faults.Length > 0)
                throw new InvalidSettingsException(faults);
            _fault = null;
            Reloaded(_log, table.Ehrs.Length);
        }
        catch (InvalidSettingsException invalid)
        {
            _fault = SeeTheLog;
            foreach (var fault in invalid.Errors)
                Kept(_log, fault);
        }
        catch (Exception unforeseen)
        {
            _fault = SeeTheLog;
            Kept(_log, unforeseen.GetType().Name);
        }
    }

    [LoggerMessage(LogLevel.Information, "The settings were read again: {Ehrs} EHRs")]
    private static partial void Reloaded(ILogger log, int ehrs);

    [LoggerMessage(LogLevel.Error, "The changed settings file {File} cannot be read, the earlier settings stay: {Type}")]
    private static partial void Unreadable(ILogger log, string? file, string type);

    [LoggerMessage(LogLevel.Error, "The changed settings are not usable, the earlier ones stay: {Fault}")]
    private static partial void Kept(ILogger log, string fault);
}
