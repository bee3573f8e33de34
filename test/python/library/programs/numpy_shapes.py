# numpy as far as shapes and small constants of model code go.
import numpy as np
from numpy.random import randn
s1 = np.zeros((2, 3)).shape, np.ones(4).shape, np.empty([1, 2, 3]).shape, np.full((2, 2), 7).tolist(), np.random.rand(10, 28, 28, 1).shape, np.random.randint(0, 10, size=(100,)).shape, randn(3, 4).shape, np.random.normal(size=(2, 2)).shape, np.eye(2).tolist(), np.arange(5).tolist(), np.arange(2, 8, 2).tolist(), np.arange(0, 1, 0.25).tolist(), np.linspace(0, 1, 5).tolist(), np.zeros_like(np.ones((2, 5))).shape, np.random.uniform(0, 1, (3, 2)).shape, np.random.default_rng(0).normal(size=(4, 5)).shape, np.random.permutation(10).shape, np.random.RandomState(3).rand(2, 3).shape
x = np.zeros((60000, 28, 28), dtype="uint8")
a1 = x[0].shape, x[:100].shape, x[..., np.newaxis].shape, x[:, None].shape, x[10:20, ::2, 1:-1].shape, x[5, 3:].shape, x[-5000:].shape, x[:-5000].shape, len(x), x.ndim, x.size, x.dtype.name, str(x.dtype), x.dtype == np.uint8, x.dtype == "uint8", x[..., 0].shape, x[:, 0, 0].shape, x[[1, 2, 3]].shape, x[np.array([1, 2])].shape, x[:, ::-1].shape
y = x.astype("float32") / 255.0
a2 = y.shape, str(y.dtype), (x / 255).dtype.name, x.reshape(60000, 784).shape, x.reshape(-1, 28, 28, 1).shape, x.reshape((x.shape[0], -1)).shape, x.T.shape, x.transpose(0, 2, 1).shape, np.expand_dims(x, -1).shape, np.expand_dims(x, 0).shape, np.squeeze(np.zeros((1, 3, 1))).shape, np.squeeze(np.zeros((1, 3, 1)), axis=0).shape, x.flatten().shape, x.ravel().shape, np.swapaxes(x, 0, 2).shape, np.moveaxis(x, 0, -1).shape, x.swapaxes(1, 2).shape
a3 = np.concatenate([x, x]).shape, np.concatenate([np.zeros((2, 3)), np.zeros((2, 4))], axis=1).shape, np.stack([np.zeros((2, 3))] * 4).shape, np.stack([np.zeros(3), np.ones(3)], axis=-1).shape, np.vstack([np.zeros(3), np.zeros(3)]).shape, np.hstack([np.zeros(3), np.zeros(4)]).shape, np.dstack([np.zeros((2, 2)), np.zeros((2, 2))]).shape, np.repeat(np.zeros((2, 3)), 2, axis=1).shape, np.tile(np.zeros((2, 3)), (2, 1)).shape, np.pad(np.zeros((2, 3)), ((1, 1), (0, 2))).shape, np.pad(np.zeros(3), 2).shape, [p.shape for p in np.split(np.zeros((6, 2)), 3)], [p.shape for p in np.split(np.zeros(10), [3, 7])], [p.shape for p in np.array_split(np.zeros(5), 2)], np.append(np.zeros(3), 1).shape
a4 = int(np.prod((2, 3, 4))), int(np.prod([])), float(np.sqrt(16)), int(np.ceil(7 / 2)), int(np.floor(3.7)), float(np.log2(8)), int(np.max([1, 5, 2])), int(np.sum([[1, 2], [3, 4]])), np.sum([[1, 2], [3, 4]], axis=0).tolist(), np.mean([[1, 2], [3, 4]], axis=1).tolist(), np.array([1, 2, 3]).max().item(), np.argmax([1, 9, 3]).item(), np.cumsum([1, 2, 3]).tolist(), np.cumprod([2, 3, 4]).tolist(), np.abs([-1, 2]).tolist(), np.std([1.0, 3.0]).item(), np.min([[3, 1], [2, 5]], axis=1, keepdims=True).tolist(), np.array([True, False]).any().item()
a5 = (np.array([1, 2, 3]) * 2).tolist(), (np.array([[1], [2]]) + np.array([10, 20])).tolist(), (np.array([1, 2]) / 2).tolist(), (2 ** np.arange(4)).tolist(), (1 - np.array([0.5, 1])).tolist(), (np.array([1, 2, 3]) > 1).tolist(), (-np.array([1, 2])).tolist(), (np.arange(6) % 4).tolist(), (np.arange(4) // 2).tolist(), np.maximum([1, 5], 3).tolist(), np.power(2, [1, 2, 3]).tolist()
m = np.array([[1, 2, 3], [4, 5, 6]])
a6 = m.shape, m.dtype.name, m[0].tolist(), m[:, 1].tolist(), int(m[1, 2]), m[::-1, ::2].tolist(), m.T.tolist(), m.reshape(3, 2).tolist(), m.reshape(-1).tolist(), [r.tolist() for r in m], len(m), m.sum().item(), m.mean(axis=0).tolist(), m[..., -1].tolist(), m[None].shape, m.tolist(), [int(v) for v in m[0]], m[[1, 0]].tolist(), m[:, [0, 2]].tolist()
a7 = isinstance(np.int64(3), int), isinstance(np.float64(1), float), isinstance(np.float32(1), float), isinstance(np.prod((2, 3)), np.integer), isinstance(np.prod((2, 3)), (int, np.integer)), isinstance(m, np.ndarray), isinstance(int(np.prod((2, 3))), int), type(m).__name__, isinstance(np.mean([1, 2]), np.floating), isinstance(5, np.integer)
a8 = int(np.int32(7)), np.int64(3) + 1 == 4, [0] * np.int64(2), list(range(np.int64(3))), [5, 6, 7][np.int64(1)], "%d" % np.int64(5), f"{np.int64(5)}", f"{np.prod((2, 3)):04d}", int(np.int64(7) / 2), int(np.round(2.5)), np.array(5).shape, np.array(5).item(), float(np.float32(0.5)), np.shape([[1, 2]]), np.ndim([[1]]), np.size([[1, 2]]), np.array([[1, 2], [3, 4]], dtype=np.float32).dtype.name, np.array([1.5, 2]).astype(int).tolist(), np.asarray([1, 2]).tolist(), np.array([np.zeros((2, 2)), np.ones((2, 2))]).shape, np.array((1, 2.0)).dtype.name, np.array([True]).dtype.name
a9 = (np.zeros((2, 3)) @ np.zeros((3, 4))).shape, np.dot(np.zeros((2, 3)), np.zeros(3)).shape, np.matmul(np.zeros((5, 2, 3)), np.zeros((3, 4))).shape, np.where(np.zeros((2, 3)) > 0, 1, 0).shape, np.broadcast_to(np.zeros(3), (2, 3)).shape, [g.shape for g in np.meshgrid(np.arange(3), np.arange(4))], np.clip(m, 0, 3).shape, np.argsort(m, axis=1).shape, np.transpose(np.zeros((1, 2, 3)), (2, 0, 1)).shape, np.unique([3, 1, 1]).tolist(), list(np.ndindex(2, 2)), np.diff([1, 4, 9]).shape, np.isnan(np.zeros(3)).shape, np.identity(2).shape, np.issubdtype(np.float32, np.floating), np.logspace(0, 2, 3).tolist(), np.rot90(np.zeros((2, 3))).ndim if False else 2
b1 = [int(2 ** i) for i in np.arange(4)], [x.item() for x in np.linspace(0, 1, 3)], np.ceil(np.array([1.2, 2.0])).tolist(), [int(f) for f in np.round(np.linspace(16, 64, 4))], max(np.array([1, 3])).item(), sum(np.array([1, 3])).item(), tuple(np.array([1, 2]).tolist()), dict(zip("ab", np.array([1, 2]).tolist()))
#= s1 ((2, 3), (4,), (1, 2, 3), [[7, 7], [7, 7]], (10, 28, 28, 1), (100,), (3, 4), (2, 2), [[1.0, 0.0], [0.0, 1.0]], [0, 1, 2, 3, 4], [2, 4, 6], [0.0, 0.25, 0.5, 0.75], [0.0, 0.25, 0.5, 0.75, 1.0], (2, 5), (3, 2), (4, 5), (10,), (2, 3))
#= x array([[[0, 0, 0, ..., 0, 0, 0],
        [0, 0, 0, ..., 0, 0, 0],
        [0, 0, 0, ..., 0, 0, 0],
        ...,
        [0, 0, 0, ..., 0, 0, 0],
        [0, 0, 0, ..., 0, 0, 0],
        [0, 0, 0, ..., 0, 0, 0]],

       [[0, 0, 0, ..., 0, 0, 0],
        [0, 0, 0, ..., 0, 0, 0],
        [0, 0, 0, ..., 0, 0, 0],
        ...,
        [0, 0, 0, ..., 0, 0, 0],
        [0, 0, 0, ..., 0, 0, 0],
        [0, 0, 0, ..., 0, 0, 0]],

       [[0, 0, 0, ..., 0, 0, 0],
        [0, 0, 0, ..., 0, 0, 0],
        [0, 0, 0, ..., 0, 0, 0],
        ...,
        [0, 0, 0, ..., 0, 0, 0],
        [0, 0, 0, ..., 0, 0, 0],
        [0, 0, 0, ..., 0, 0, 0]],

       ...,

       [[0, 0, 0, ..., 0, 0, 0],
        [0, 0, 0, ..., 0, 0, 0],
        [0, 0, 0, ..., 0, 0, 0],
        ...,
        [0, 0, 0, ..., 0, 0, 0],
        [0, 0, 0, ..., 0, 0, 0],
        [0, 0, 0, ..., 0, 0, 0]],

       [[0, 0, 0, ..., 0, 0, 0],
        [0, 0, 0, ..., 0, 0, 0],
        [0, 0, 0, ..., 0, 0, 0],
        ...,
        [0, 0, 0, ..., 0, 0, 0],
        [0, 0, 0, ..., 0, 0, 0],
        [0, 0, 0, ..., 0, 0, 0]],

       [[0, 0, 0, ..., 0, 0, 0],
        [0, 0, 0, ..., 0, 0, 0],
        [0, 0, 0, ..., 0, 0, 0],
        ...,
        [0, 0, 0, ..., 0, 0, 0],
        [0, 0, 0, ..., 0, 0, 0],
        [0, 0, 0, ..., 0, 0, 0]]], shape=(60000, 28, 28), dtype=uint8)
#= a1 ((28, 28), (100, 28, 28), (60000, 28, 28, 1), (60000, 1, 28, 28), (10, 14, 26), (25, 28), (5000, 28, 28), (55000, 28, 28), 60000, 3, 47040000, 'uint8', 'uint8', True, True, (60000, 28), (60000,), (3, 28, 28), (2, 28, 28), (60000, 28, 28))
#= y array([[[0., 0., 0., ..., 0., 0., 0.],
        [0., 0., 0., ..., 0., 0., 0.],
        [0., 0., 0., ..., 0., 0., 0.],
        ...,
        [0., 0., 0., ..., 0., 0., 0.],
        [0., 0., 0., ..., 0., 0., 0.],
        [0., 0., 0., ..., 0., 0., 0.]],

       [[0., 0., 0., ..., 0., 0., 0.],
        [0., 0., 0., ..., 0., 0., 0.],
        [0., 0., 0., ..., 0., 0., 0.],
        ...,
        [0., 0., 0., ..., 0., 0., 0.],
        [0., 0., 0., ..., 0., 0., 0.],
        [0., 0., 0., ..., 0., 0., 0.]],

       [[0., 0., 0., ..., 0., 0., 0.],
        [0., 0., 0., ..., 0., 0., 0.],
        [0., 0., 0., ..., 0., 0., 0.],
        ...,
        [0., 0., 0., ..., 0., 0., 0.],
        [0., 0., 0., ..., 0., 0., 0.],
        [0., 0., 0., ..., 0., 0., 0.]],

       ...,

       [[0., 0., 0., ..., 0., 0., 0.],
        [0., 0., 0., ..., 0., 0., 0.],
        [0., 0., 0., ..., 0., 0., 0.],
        ...,
        [0., 0., 0., ..., 0., 0., 0.],
        [0., 0., 0., ..., 0., 0., 0.],
        [0., 0., 0., ..., 0., 0., 0.]],

       [[0., 0., 0., ..., 0., 0., 0.],
        [0., 0., 0., ..., 0., 0., 0.],
        [0., 0., 0., ..., 0., 0., 0.],
        ...,
        [0., 0., 0., ..., 0., 0., 0.],
        [0., 0., 0., ..., 0., 0., 0.],
        [0., 0., 0., ..., 0., 0., 0.]],

       [[0., 0., 0., ..., 0., 0., 0.],
        [0., 0., 0., ..., 0., 0., 0.],
        [0., 0., 0., ..., 0., 0., 0.],
        ...,
        [0., 0., 0., ..., 0., 0., 0.],
        [0., 0., 0., ..., 0., 0., 0.],
        [0., 0., 0., ..., 0., 0., 0.]]],
      shape=(60000, 28, 28), dtype=float32)
#= a2 ((60000, 28, 28), 'float32', 'float64', (60000, 784), (60000, 28, 28, 1), (60000, 784), (28, 28, 60000), (60000, 28, 28), (60000, 28, 28, 1), (1, 60000, 28, 28), (3,), (3, 1), (47040000,), (47040000,), (28, 28, 60000), (28, 28, 60000), (60000, 28, 28))
#= a3 ((120000, 28, 28), (2, 7), (4, 2, 3), (3, 2), (2, 3), (7,), (2, 2, 2), (2, 6), (4, 3), (4, 5), (7,), [(2, 2), (2, 2), (2, 2)], [(3,), (4,), (3,)], [(3,), (2,)], (4,))
#= a4 (24, 1, 4.0, 4, 3, 3.0, 5, 10, [4, 6], [1.5, 3.5], 3, 1, [1, 3, 6], [2, 6, 24], [1, 2], 1.0, [[1], [2]], True)
#= a5 ([2, 4, 6], [[11, 21], [12, 22]], [0.5, 1.0], [1, 2, 4, 8], [0.5, 0.0], [False, True, True], [-1, -2], [0, 1, 2, 3, 0, 1], [0, 0, 1, 1], [3, 5], [2, 4, 8])
#= m array([[1, 2, 3],
       [4, 5, 6]])
#= a6 ((2, 3), 'int64', [1, 2, 3], [2, 5], 6, [[4, 6], [1, 3]], [[1, 4], [2, 5], [3, 6]], [[1, 2], [3, 4], [5, 6]], [1, 2, 3, 4, 5, 6], [[1, 2, 3], [4, 5, 6]], 2, 21, [2.5, 3.5, 4.5], [3, 6], (1, 2, 3), [[1, 2, 3], [4, 5, 6]], [1, 2, 3], [[4, 5, 6], [1, 2, 3]], [[1, 3], [4, 6]])
#= a7 (False, True, False, True, True, True, True, 'ndarray', True, False)
#= a8 (7, np.True_, [0, 0], [0, 1, 2], 6, '5', '5', '0006', 3, 2, (), 5, 0.5, (1, 2), 2, 2, 'float32', [1, 2], [1, 2], (2, 2, 2), 'float64', 'bool')
#= a9 ((2, 4), (2,), (5, 2, 4), (2, 3), (2, 3), [(4, 3), (4, 3)], (2, 3), (2, 3), (3, 1, 2), [1, 3], [(0, 0), (0, 1), (1, 0), (1, 1)], (2,), (3,), (2, 2), True, [1.0, 10.0, 100.0], 2)
#= b1 ([1, 2, 4, 8], [0.0, 0.5, 1.0], [2.0, 2.0], [16, 32, 48, 64], 3, 4, (1, 2), {'a': 1, 'b': 2})
