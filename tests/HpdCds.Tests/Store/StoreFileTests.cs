using HpdCds.Store;
using HpdCds.Tests.Hooks;
using HpdCds.Verbs;
using Microsoft.AspNetCore.Builder;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace HpdCds.Tests.Store;

/// <summary>The files of a store on disk: whose they are, and who makes them.</summary>
public sealed class StoreFileTests : IDisposable
{
    private const UnixFileMode Own = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly string _folder = Directory.CreateTempSubdirectory("hpdcds-file-").FullName;

    private string Store => Path.Combine(_folder, "hpdcds.db");

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Nobody_else_reads_the_file_or_what_is_written_beside_it(bool wasThere)
    {
        if (OperatingSystem.IsWindows())
            return;
        if (wasThere)
        {
            await File.WriteAllBytesAsync(Store, [], TestContext.Current.CancellationToken);
            File.SetUnixFileMode(Store, Own | UnixFileMode.OtherRead);
        }

        await using var service = await RunningService.StartAsync(settings: Settings, clock: TimeProvider.System);
        var journal = service.Services.GetRequiredService<Journal>();
        journal.Add(new FeedbackItem("test-ehr", "", "one", "overridden", RunningService.Noon, RunningService.Noon, null, null, "", null));
        for (var tries = 0; journal.Waiting > 0 && tries < 400; tries++)
            await Task.Delay(25, TestContext.Current.CancellationToken);

        var files = Directory.GetFiles(_folder);
        Assert.Equal(3, files.Length);
        Assert.All(files, file => Assert.True(OperatingSystem.IsWindows() || File.GetUnixFileMode(file) == Own, Path.GetFileName(file)));
    }

    [Fact]
    public async Task Who_asks_of_an_incident_makes_no_store_and_no_table()
    {
        Assert.Equal(1, await IncidentAsync());
        Assert.Empty(Directory.GetFiles(_folder));

        await File.WriteAllBytesAsync(Store, [], TestContext.Current.CancellationToken);
        Assert.Equal(1, await IncidentAsync());
        Assert.Empty(await File.ReadAllBytesAsync(Store, TestContext.Current.CancellationToken));
    }

    private Dictionary<string, string?> Settings => new(StringComparer.Ordinal) { ["HpdCds:Store:Connection"] = $"Data Source={Store}" };

    private Task<int> IncidentAsync() => IncidentVerb.RunAsync(["card-1"], new StringWriter(), new StringWriter(), builder =>
    {
        builder.Environment.EnvironmentName = "Development";
        builder.Configuration.AddInMemoryCollection(Settings);
    });
}
