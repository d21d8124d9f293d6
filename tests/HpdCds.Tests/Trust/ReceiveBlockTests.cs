using HpdCds.Tests.Hooks;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;

namespace HpdCds.Tests.Trust;

/// <summary>What the server reads into belongs to one request at a time.</summary>
public sealed class ReceiveBlockTests
{
    [Fact]
    [Trait("Req", "SEC-14")]
    public async Task A_block_that_is_given_back_twice_is_lent_once()
    {
        await using var service = await RunningService.StartAsync();
        var blocks = service.Services.GetRequiredService<IMemoryPoolFactory<byte>>().Create();
        var block = blocks.Rent(4096);
        Assert.True(block.Memory.Length >= 4096);

        block.Dispose();
        var one = blocks.Rent();
        block.Dispose();
        var other = blocks.Rent();

        one.Memory.Span[0] = 1;
        other.Memory.Span[0] = 2;
        Assert.Equal(1, one.Memory.Span[0]);
        Assert.Throws<ObjectDisposedException>(() => block.Memory);
    }

    [Fact]
    [Trait("Req", "SEC-17")]
    public async Task Who_opens_very_many_connections_gets_small_blocks()
    {
        await using var service = await RunningService.StartAsync();
        var blocks = service.Services.GetRequiredService<IMemoryPoolFactory<byte>>().Create();

        var lent = Enumerable.Range(0, 1000).Select(_ => blocks.Rent(4096)).ToArray();

        Assert.InRange(lent.Sum(block => (long)block.Memory.Length), 16_000_000, 24_000_000);
        Assert.All(lent, block => Assert.True(block.Memory.Length >= 4096));
        foreach (var block in lent)
            block.Dispose();
    }

    [Fact]
    public async Task A_block_larger_than_all_is_refused_and_ends_nothing()
    {
        await using var service = await RunningService.StartAsync();
        var blocks = service.Services.GetRequiredService<IMemoryPoolFactory<byte>>().Create();

        Assert.Throws<ArgumentOutOfRangeException>(() => blocks.Rent(blocks.MaxBufferSize + 1));
        blocks.Dispose();
        blocks.Rent(blocks.MaxBufferSize).Dispose();

        Assert.Equal(200, (await service.AnswerAsync(HpdCds.Tests.Chart.Json.Call(prefetch: """{"problems":null}"""))).Status);
    }
}
